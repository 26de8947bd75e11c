"""The Hessian of a PyTorch model. It brings batches, ways to multiply and processes together."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, compress
from time import perf_counter
from typing import Any

import numpy as np

from course_lib.curvature.pytorch import checks, state, torch, ways
from course_lib.curvature.pytorch.batches import Batches
from course_lib.curvature.pytorch.losses import BatchLoss
from course_lib.curvature.pytorch.plan import planned
from course_lib.curvature.pytorch.selection import selected
from course_lib.curvature.pytorch.sharing import Processes
from course_lib.curvature.pytorch.survey import surveyed
from course_lib.curvature.pytorch.suspects import blamed
from course_lib.curvature.symmetric_operator import SymmetricOperator
from course_lib.support import arguments
from course_lib.support.memory import available
from course_lib.support.progress_bar import announce

LONG = 1.0  # seconds of the first passes from which a line says what comes next
COLUMNS = 8  # multiplied at once, where that proves faster
# The C library of Linux gives freed memory back, to ask for it anew in the next product, which cost
# up to a fifth of it. Once a block of nearly 32 MiB was freed, blocks of up to that size are kept.
BLOCK = 2**25 - 2**16
CHANGED = (
    "the loss has changed since the operator was made: the data have changed, or another value that "
    "loss_fn or the model reads. Make a new operator, torch_operator(model, …)"
)


class TorchOperator(SymmetricOperator):
    """The Hessian of a PyTorch model; `course_lib.curvature.torch_models.torch_operator` makes it.

    Attributes
    ----------
    loss : float
        The mean loss over all examples, when the operator was made.
    gradient : ndarray of shape (P,)
        Its gradient.
    device : torch.device
        The device of the model.
    names : tuple of str
        The names of the parameters in the model, in order.
    held_fixed : tuple of str
        What is not differentiated: integer parameters, which H leaves out, and an embedding's row
        for padding. The rows and columns of H that belong to this row are zero.
    without_effect : tuple of str
        The parameters on which the loss does not depend. Their rows and columns in H are zero.
    how : str
        How products are computed: what is kept, and for how many batches.
    num_matvecs : int
        Products so far; a product with k columns counts k.
    """

    def __init__(
        self,
        model: Any,
        loss_fn: Callable[..., Any],
        batches: Any,
        count: Any,
        parameters: Any,
        allow_float32: bool,
        memory: int | None,
        distributed: bool,
    ) -> None:
        chosen = selected(model, parameters, allow_float32)
        self.names, self.held_fixed = chosen.names, chosen.fixed
        self._parameters = chosen.parameters
        self.device = self._parameters[0].device
        self._sizes = [p.numel() for p in self._parameters]
        dtype = str(self._parameters[0].dtype).removeprefix("torch.")
        super().__init__(np.dtype(dtype), sum(self._sizes))

        self._mode = "in eval mode"
        self._model, self._loss = model, BatchLoss(model, loss_fn, count)
        self._source, self._processes = Batches(batches, self.device), Processes(distributed)
        torch.empty(BLOCK, dtype=torch.uint8)  # freed at once, never touched
        room = self.free_memory() // 2 if memory is None else arguments.count("memory", memory, 0)
        state.refuse_modes_that_change(model)
        with state.TURN, state.evaluated(model), state.differentiated(model, self._parameters):
            weights, buffers = state.copies(model.parameters()), state.copies(model.buffers())
            begin = perf_counter()
            found = surveyed(self._source, self._loss, self._parameters, room, self._processes)
            if perf_counter() - begin > LONG:
                announce(
                    f"torch_operator: going through all batches twice took {perf_counter() - begin:.0f} "
                    "s; next it checks the derivatives and tries several ways to compute a product"
                )
            if any(module.training for module in model.modules()):
                self._mode = "in training mode, which loss_fn or the model turns on"
            about = self._loss, self._parameters, self.names, found.kinds[0]
            if not state.unchanged(model.parameters(), weights):
                raise ValueError(
                    "the model must keep its weights when it is evaluated, but it changes them: "
                    f"{blamed(self._loss, found.kinds[0])}"
                )
            self._processes.run(lambda: self._check_derivatives(found.kinds))
            # What a model writes to its buffers when it is evaluated would change in a kept graph.
            held = found.held if state.unchanged(model.buffers(), buffers) else None
            self._plan, self.how = self._processes.run(lambda: planned(*about, held, room))
            try:
                self._processes.run(self._refuse_what_is_not_finite)
            except ways.Stale:
                self._plan, self.how = self._processes.run(lambda: planned(*about, None, room))
                self._processes.run(self._refuse_what_is_not_finite)
        self._copies, self._total = state.copies(self._changing()), found.total
        self._own, self._own_loss = [*model.parameters()], found.own_loss
        self.without_effect = tuple(compress(self.names, found.unreached))
        self.loss, self.gradient = found.loss, found.gradient.cpu().numpy()
        self._together: bool | None = None  # not tried yet

    def _check_derivatives(self, batches: list[Any]) -> None:
        for batch in batches:
            fixed = checks.padding_rows(self._loss, self._parameters, batch)
            rows = (f"{self.names[i]}[{r}]" for i, chosen in fixed.items() for r in sorted(chosen))
            self.held_fixed = tuple(dict.fromkeys((*self.held_fixed, *rows)))
            checks.refuse_wrong_derivatives(self._loss, self._parameters, self.names, batch, fixed)

    def _refuse_what_is_not_finite(self) -> None:
        v = checks.direction(self._parameters)
        for number, (_, way) in enumerate(self._ways()):
            if not all(bool(torch.isfinite(part).all()) for part in way(v)):
                raise ValueError(
                    f"the second derivative of the loss must be finite, but on batch {number} it is "
                    "not: look for the norm of a vector of zeros, as in normalize or "
                    "cosine_similarity, and for 0**p with 1 < p < 2. Leave out rows of zeros, or "
                    "write the norm of a row as (x.square().sum(-1, keepdim=True) + 1e-12).sqrt()"
                )

    def multiply(self, v: Any) -> Any:
        """Return Hv of a flat tensor on the model's device, in its precision."""
        self.num_matvecs += 1
        return self._products(v.unsqueeze(0))[0]

    def __reduce__(self) -> Any:
        """Refuse a copy, which would have another model, and no graph."""
        raise TypeError(
            "an operator of a PyTorch model cannot be copied or pickled, because it belongs to this "
            "model in this process: call torch_operator again where you need one"
        )

    def free_memory(self) -> int:
        """Return how many bytes are free on the model's device, in the process that has fewest."""
        if self.device.type != "cuda":
            return self._processes.least(available())
        free = torch.cuda.mem_get_info(self.device)[0]
        # PyTorch holds memory back for later tensors, which the driver does not count as free.
        held = torch.cuda.memory_reserved(self.device) - torch.cuda.memory_allocated(self.device)
        return self._processes.least(free + held)

    @property
    def remarks(self) -> str:
        """The mode in which the model was measured, what was held fixed, and what has no effect."""
        idle = ", ".join(self.without_effect[:3]) + ", …" * (len(self.without_effect) > 3)
        without = idle and f"no effect of {idle} on the loss"
        return ", ".join(filter(None, [self._mode, super().remarks, without]))

    def _details(self) -> str:
        return f" at loss {self.loss:.6g}, {self.remarks}"

    def _multiply(self, V: np.ndarray) -> np.ndarray:
        rows = torch.from_numpy(np.array(V.T, order="C")).to(self.device)
        return self._products(rows).cpu().numpy().T

    def _products(self, rows: Any) -> Any:
        """Return Hv for each row v."""
        same = all(p is q for p, q in zip(self._model.parameters(), self._own, strict=False))
        if not (same and state.unchanged(self._changing(), self._copies)):
            raise ValueError(
                "the model's weights have changed since the operator was made, or its buffers, such "
                "as running means: make a new one, torch_operator(model, …), which also renews its "
                "loss and gradient"
            )
        # A kept graph may call the model too: a checkpoint computes it again, in the mode it has.
        linear = self._plan is not None and all(
            isinstance(way, ways.Linearized) for _, way in self._plan
        )
        with (
            state.TURN,
            state.precise() if linear else state.evaluated(self._model),
            state.differentiated(self._model, self._parameters),
        ):
            rows = rows.clone() if rows.is_inference() else rows.contiguous()
            rows = self._processes.same(rows)
            total = torch.empty_like(rows)
            first, loss = True, 0.0
            for count, way in self._ways():
                try:
                    for i in range(0, len(rows), COLUMNS):
                        block = slice(i, i + COLUMNS)
                        self._add(way, count / self._total, rows[block], total[block], first)
                except ways.Stale:
                    raise ValueError(CHANGED) from None
                first = False
                loss += count * way.value
        rounding = torch.finfo(rows.dtype).eps ** 0.5
        allowed = rounding * (abs(self._own_loss) + 1e-3 * self._total)
        if not abs(loss - self._own_loss) <= allowed:  # NaN is another loss, too
            raise ValueError(CHANGED)
        return self._processes.sum(total.zero_() if first else total)

    def _changing(self) -> Iterator[Any]:
        return chain(self._model.parameters(), self._model.buffers())

    def _split(self, flat: Any) -> list[Any]:
        """Return a tensor (…, P) as one tensor per parameter, all in the same memory."""
        parts = flat.split(self._sizes, dim=-1)
        return [
            part.view(*flat.shape[:-1], *p.shape)
            for part, p in zip(parts, self._parameters, strict=True)
        ]

    def _ways(self) -> Iterator[tuple[float, Any]]:
        if self._plan is not None:
            yield from self._plan
            return
        for batch in self._source:
            count = self._loss.count(batch)
            if count != 0:
                way = ways.Recomputed(partial(self._loss, batch), self._parameters)
                yield 1.0 if count is None else count, way

    def _add(self, way: Any, weight: float, rows: Any, total: Any, first: bool) -> None:
        """Add weight · Hv of one batch to the rows of `total`; the first batch overwrites them."""
        if len(rows) == COLUMNS and self._together is None:
            enough = self.free_memory() > 2 * COLUMNS * (way.bytes + rows.nbytes)
            self._together = enough and ways.together_pays(way, self._split(rows[0]), COLUMNS)
        if len(rows) == COLUMNS and self._together and hasattr(way, "together"):
            found = [(way.together(self._split(rows)), total)]
        else:
            found = [(way(self._split(v)), Hv) for v, Hv in zip(rows, total, strict=True)]
        for parts, where in found:
            for part, place in zip(parts, self._split(where), strict=True):
                if first:
                    torch.mul(part.detach(), weight, out=place)
                else:
                    place.add_(part.detach(), alpha=weight)
