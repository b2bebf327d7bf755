"""The linear autoencoder, which finds the principal components by gradient descent."""

from ssl_course.methods.autoencoder import Autoencoder
from ssl_course.objectives import squared_error
from ssl_course.views.tensor import Tensor


class LinearAutoencoder(Autoencoder):
    """An autoencoder with the squared error for a loss.

    With one linear layer on each side and a code of length k, its optimum spans the first k
    principal components (Baldi & Hornik, 1989).
    """

    def compare(self, images: Tensor, rebuilt: Tensor) -> Tensor:
        """`objectives.squared_error`."""
        return squared_error(images, rebuilt)
