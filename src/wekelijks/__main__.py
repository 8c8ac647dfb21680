"""``python -m wekelijks`` is the same as ``wekelijks``."""

from wekelijks.cli import main

if __name__ == "__main__":
    main()
