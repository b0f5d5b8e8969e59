"""The types of arrays that the engine passes around."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatMatrix: TypeAlias = npt.NDArray[np.float64]
IntMatrix: TypeAlias = npt.NDArray[np.int64]
BoolMatrix: TypeAlias = npt.NDArray[np.bool_]
MaskMatrix: TypeAlias = npt.NDArray[np.uint32]
