"""Constructor arguments that can be read back, as scikit-learn reads them."""

import inspect
from collections.abc import Mapping
from typing import Any


class Tunable:
    """Something whose constructor arguments are its hyperparameters.

    A subclass stores every keyword of its constructor untouched under the same name. That is
    enough for `sklearn.base.clone`, and importing scikit-learn itself is not needed for it.
    """

    def get_params(self, deep: bool = True) -> Mapping[str, Any]:  # noqa: ARG002, FBT001, FBT002  (scikit-learn's signature)
        """Return the hyperparameters by name.

        Parameters
        ----------
        deep : bool
            Accepted because scikit-learn passes it; there are no nested estimators.

        Returns
        -------
        Mapping[str, Any]
            Every keyword of the constructor with its present value.

        """
        names = inspect.signature(type(self)).parameters
        return {name: getattr(self, name) for name in names}
