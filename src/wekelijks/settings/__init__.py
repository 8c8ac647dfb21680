"""What an installation is told and what it keeps secret: the environment and ``wekelijks.toml``, and the keys.

How its log lines look is told here too, and done here: no line of any room leaves without having been made discreet.
"""
