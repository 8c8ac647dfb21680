"""Finding material in a blog article: a sequence of marked blocks comes in, themes, questions and answers go out.

A page, Markdown or plain text becomes blocks first (`page`, `lines`); from there on no rule knows the format.
`headings` finds where themes begin, `sections` reads one theme, `site` sorts what lies between and after them,
`opening` what lies before, and `reading` puts them together. `signs` knows punctuation and no language, `words` and
`pointers` the words of some languages, and those come last. Every block gets a role, so nothing is lost silently:
it is material, or it is counted under the name of what it was taken for.
"""
