"""Finding material in a blog article, and knowing it again: themes, questions and answers out of any file of it.

Two ways lead to an `Article` (`values`). A file of our own making, which a person may have corrected, is read by
`markdown` to the letter (`markdown_lines`, `markdown_parts`), or refused with its line. Everything else becomes a
sequence of marked `blocks` first: a page through its `tree` by `page`, Markdown and plain text by `lines`, where
`wrapping` says which lines are one paragraph. From there on no rule knows the format. `headings` finds where themes
begin, `sections` reads one theme, `pointers` its link to read on, `opening` what stands before, `site` sorts what
lies between and after, and `reading` puts them together and is the only door. `signs` knows punctuation and no
language; `words` knows the words of some languages and comes last.

What was read before is found again by `matching`, which pairs the material of a `stored` article with that of one
read now by `sameness` of words, so that importing again updates and never doubles.

Every block gets a role, so nothing is lost silently: it is material, or it is counted under the name of what it was
taken for. Whatever comes in, no error comes out and nothing that a person corrected is read differently.
"""
