"""For those who watch the service: `/health` for a monitor, `/health/live` for restarts, `/metrics` for graphs.

They name nobody, change nothing, and never say that something is well which was not looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from wekelijks import __version__
from wekelijks.app import App
from wekelijks.domain.mailing import DeliveryState
from wekelijks.domain.slot import SlotState
from wekelijks.domain.subscriber import Standing
from wekelijks.services import watching
from wekelijks.services.watching import Figures

router = APIRouter()

_KEPT = timedelta(seconds=2)
"""How long the figures may be given again: counting a million rows is not for everybody who asks."""
_NEVER_KEPT = {"Cache-Control": "no-store"}


@router.get("/health")
@router.head("/health", include_in_schema=False)
def health(request: Request) -> JSONResponse:
    """200 when the next letter can open and the one on its way moves; 503 with every reason otherwise."""
    app: App = request.app.state.app
    now = app.clock()
    troubles = watching.health(app.press, ticks_here=request.app.state.ticks_here, now=now)
    document = {
        "status": "trouble" if troubles else "ok",
        "reasons": [{"kind": one.kind, "newsletter": one.newsletter, "message": one.message} for one in troubles],
        "checked_at": now.isoformat(),
    }
    return JSONResponse(document, status_code=503 if troubles else 200, headers=_NEVER_KEPT)


@router.get("/health/live")
@router.head("/health/live", include_in_schema=False)
def live() -> JSONResponse:
    """200 while this process answers: a restart would help against nothing that `/health` complains of."""
    return JSONResponse({"status": "alive", "version": __version__}, headers=_NEVER_KEPT)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """The figures in Prometheus' text format."""
    app: App = request.app.state.app
    now = app.clock()
    registry = CollectorRegistry()
    registry.register(_Drawn(request.app.state.figures.at(app, now), now))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST, headers=_NEVER_KEPT)


@dataclass(slots=True)
class KeptFigures:
    """The figures of a moment ago; however many ask at once, they are counted once."""

    _counted: Figures | None = None
    _at: datetime | None = None
    _lock: Lock = field(default_factory=Lock)

    def at(self, app: App, now: datetime) -> Figures:
        """The figures as they are now, or were two seconds ago at most."""
        with self._lock:
            if self._counted is None or self._at is None or not timedelta(0) <= now - self._at < _KEPT:
                self._counted, self._at = watching.counted(app.press, now=now), now
            return self._counted


class _Drawn(Collector):
    """Figures as Prometheus reads them."""

    def __init__(self, figures: Figures, now: datetime) -> None:
        self._figures, self._now = figures, now
        self._slugs = {one.id: one.slug for one in figures.newsletters}

    def collect(self) -> Iterator[Metric]:
        """Every family; what is none is given as 0, so that a graph has no holes."""
        yield InfoMetricFamily("wekelijks", "The program.", {"version": __version__})
        yield self._subscribers()
        yield self._slots()
        yield from self._coming()
        yield self._deliveries()
        yield self._heartbeats()
        yield self._alarms()

    def _subscribers(self) -> Metric:
        family = GaugeMetricFamily("wekelijks_subscribers", "Subscribers by status.", labels=("newsletter", "status"))
        for newsletter_id, slug in self._slugs.items():
            counts = self._figures.readers.get(newsletter_id, {})
            for standing in Standing:
                family.add_metric((slug, standing.value), counts.get(standing, 0))
        return family

    def _slots(self) -> Metric:
        family = GaugeMetricFamily("wekelijks_slots", "Slots by state.", labels=("newsletter", "state"))
        for newsletter_id, slug in self._slugs.items():
            counts = self._figures.slots.get(newsletter_id, {})
            for state in SlotState:
                family.add_metric((slug, state.value), counts.get(state, 0))
        return family

    def _coming(self) -> Iterator[Metric]:
        weeks = GaugeMetricFamily(
            "wekelijks_runway_weeks", "Letters before the material runs out, 52 at most.", labels=("newsletter",)
        )
        moment = GaugeMetricFamily(
            "wekelijks_next_slot_timestamp_seconds", "When the next letter opens.", labels=("newsletter",)
        )
        for newsletter_id, slug in self._slugs.items():
            weeks.add_metric((slug,), self._figures.runway.get(newsletter_id, 0))
            if newsletter_id in self._figures.next_at:
                moment.add_metric((slug,), self._figures.next_at[newsletter_id].timestamp())
        yield weeks
        yield moment

    def _deliveries(self) -> Metric:
        family = GaugeMetricFamily(
            "wekelijks_deliveries",
            "Deliveries of the mailings that are not done, by state.",
            labels=("newsletter", "kind", "slot", "state"),
        )
        sums: dict[tuple[str, str, str, str], int] = {}
        for one in self._figures.carried:
            place = one.newsletter, one.kind.value, one.on.isoformat() if one.on else ""
            for state in DeliveryState:
                labels = (*place, state.value)
                sums[labels] = sums.get(labels, 0) + getattr(one.balance, state.value)
        for labels, count in sums.items():
            family.add_metric(labels, count)
        return family

    def _heartbeats(self) -> Metric:
        family = GaugeMetricFamily(
            "wekelijks_heartbeat_age_seconds", "Time since the loop last went round.", labels=("loop",)
        )
        for name, at in self._figures.heartbeats.items():
            family.add_metric((name,), (self._now - at).total_seconds())
        return family

    def _alarms(self) -> Metric:
        family = GaugeMetricFamily("wekelijks_alarms", "Alarms that stand.", labels=("newsletter", "kind"))
        sums: dict[tuple[str, str], int] = {}
        for one in self._figures.alarms:
            labels = (self._slugs.get(one.newsletter_id or 0, ""), one.kind.value)
            sums[labels] = sums.get(labels, 0) + 1
        for labels, count in sums.items():
            family.add_metric(labels, count)
        return family
