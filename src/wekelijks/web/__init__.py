"""The web: HTTP in, a service asked, a page out. It decides nothing and never talks SMTP."""
