"""What is shipped beside the code: migrations, templates, samples.

Nothing is looked for outside the program: what is missing here was lost when it was installed.
"""

import errno
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def directory_of(file: str) -> Path:
    """The directory that holds this file, such as ``templates/web/page.html``.

    It stands inside an installed package, or at the top of a checkout. Raises FileNotFoundError.
    """
    for home in (_PACKAGE, _PACKAGE.parents[1]):
        if (home / file).is_file():
            return (home / file).parent
    missing = "is missing, so this installation is incomplete: install wekelijks again"
    raise FileNotFoundError(errno.ENOENT, missing, file)
