"""What an installation is told and what it keeps secret: the environment and ``wekelijks.toml``, and the keys."""
