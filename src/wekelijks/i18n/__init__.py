"""The words that readers see, in Dutch and English. Code, commands and documentation stay in English."""
