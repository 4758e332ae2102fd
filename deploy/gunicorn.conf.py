# ruff: noqa: INP001 - gunicorn reads it as a file, not as a module of a package
"""For running the web processes without ``whichrun serve``: ``gunicorn --config deploy/gunicorn.conf.py``.

The worker then runs beside it (``whichrun worker``), and migrations before both (``whichrun migrate``). Every option is
stated once, in ``receiver.web``; what is set below it here wins.
"""

from receiver import logs, web
from receiver.metrics import folder
from receiver.settings import load

_settings = load()
logs.configure(_settings.log_format)
folder.share()  # before the workers are forked, which find it in their environment

globals().update(web.options(bind=_settings.bind, workers=_settings.workers))
wsgi_app = "receiver.web:application()"
