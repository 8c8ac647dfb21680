"""Three articles as a writer's site would have them: a saved page, text copied from one, and Markdown.

They are for reading, for the demo and for tests. Nothing in the importer knows them.
"""
