"""The gate to the outside: every address that we connect to was judged here, whoever asks and for whatever reason."""
