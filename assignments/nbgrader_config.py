"""nbgrader settings of the course: nbgrader … --config assignments/nbgrader_config.py"""

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "ssl-course"
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.ExecutePreprocessor.timeout = 120
