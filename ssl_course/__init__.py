"""The small package behind the course on self-supervised learning.

Modules follow the data: ``data``, ``views``, ``networks``, ``objectives``, ``methods``,
``diagnose``, ``evaluate``, ``pretrain``, ``figures``, ``widgets``, ``exercises``.
Each imports only from those before it.
"""

__version__ = "0.1.0"
