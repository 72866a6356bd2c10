"""What people cite, read from their files as it was written. Nothing here asks whether it is true.

read.py             files and folders, by kind
|-- jsonl.py        an object a line
|-- bibtex.py       entries, by bibtexparser and pylatexenc
|-- markdown.py     paragraphs, items, rows and links, by markdown-it-py (shown.py)
|-- plain.py        paragraphs and hanging indents
`-- entries.py      what the last two read (blocks.py) into entries and citations
    |-- fields.py   records of fields: Title, Authors, arXiv
    `-- reference.py, authors_first.py   title and authors of an entry (names.py, titles.py)
"""

from retest.citations.read import KINDS, read_citations

__all__ = ["KINDS", "read_citations"]
