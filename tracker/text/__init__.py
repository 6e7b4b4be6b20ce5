"""From bytes to clauses. Pure: values in, values out."""
