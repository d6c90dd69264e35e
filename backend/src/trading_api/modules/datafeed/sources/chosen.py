"""Makes the sources that a server is told to have besides the replayed data sets."""

import logging
import random
from collections.abc import Iterator, Sequence

import msgspec

from trading_api.domain.ports import QuoteSource, RemoteSource
from trading_api.modules.datafeed.schemas import DatafeedOptions
from trading_api.modules.datafeed.sources.synthetic import synthetic_source
from trading_api.shared.context import AppContext, OptionsError
from trading_api.shared.sources import SourceContext, SourceLoader

TABLE = "modules.datafeed.source_options"
MEMBERS = (*QuoteSource.__annotations__, *(n for n in vars(QuoteSource) if not n.startswith("_")))

_log = logging.getLogger(__name__)


class SyntheticOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be set for the made-up markets."""

    seed: int = 1


def made_up(context: SourceContext) -> QuoteSource:
    """The made-up markets with the seed of the options."""
    options = msgspec.convert(dict(context.options), SyntheticOptions)
    return synthetic_source(context.clock, options.seed)


BUILT_IN: dict[str, SourceLoader] = {"synthetic": lambda: made_up}


def chosen_sources(context: AppContext, options: DatafeedOptions) -> Iterator[QuoteSource]:
    """Each source that the options name, made with its own options.

    A replay does without those that are remote: they know nothing but the present.

    Raises:
        OptionsError: a name is unknown, a table is of no source that is named, a source refuses
            its options, or what is made is no source.
    """
    known = {**context.offered_sources, **BUILT_IN}
    chance = random.Random(context.ids.new_id())  # noqa: S311 - keeps no secret
    for name in options.source_options:
        if name not in options.sources:
            raise OptionsError(f"[{TABLE}.{name}]: sources does not name {name!r}")
    for name in options.sources:
        if name not in known:
            raise OptionsError(
                f"[modules.datafeed] sources: {name!r} is not known; known are: "
                f"{', '.join(sorted(known))}"
            )
        given = SourceContext(
            clock=context.clock,
            options=options.source_options.get(name, {}),
            packs_dir=context.packs_dir,
            market=context.market,
            catalogue=context.catalogue,
            chance=chance.random,
        )
        try:
            made = known[name]()(given)
        except (msgspec.ValidationError, ValueError) as error:
            raise OptionsError(f"[{TABLE}.{name}]: {error}") from error
        for source in made if isinstance(made, Sequence) else [made]:
            if missing := [member for member in MEMBERS if not hasattr(source, member)]:
                raise OptionsError(
                    f"[modules.datafeed] sources: what {name!r} makes is no source, it has no "
                    f"{', '.join(missing)}"
                )
            if context.replay is not None and isinstance(source, RemoteSource):
                _log.warning("%s is left out: a replay has no present", source.name)
            else:
                yield source
