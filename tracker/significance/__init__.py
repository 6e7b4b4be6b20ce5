"""What a change means: noise, typed facts, topics, score and grade, each with the words it rests on."""
