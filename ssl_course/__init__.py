"""The small package behind the course on self-supervised learning.

Modules follow the data: ``data``, ``views``, ``networks``, ``objectives``, ``methods``,
``diagnose``, ``evaluate``, ``pretrain``, ``figures``, ``interactive``, ``exercises``.
Each imports only from those before it.  What one chapter needs is in ``chapters``; tables,
quizzes, checks and references are in ``course``.
"""

__version__ = "0.2.0"
