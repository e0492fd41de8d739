"""The base of the house and, in its top modules, the shell that composes the four apps."""

# Django's documented place: tasks declared with @shared_task find their app whichever process imports them.
from rollout.celery import app as celery_app

__all__ = ["celery_app"]
