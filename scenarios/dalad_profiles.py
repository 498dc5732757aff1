"""The hourly series of the Dalad network: synthetic weather, PV, wind and loads of 8,760 hours.

Nothing here is measured. The sun's path and the clear sky come from pvlib, the power curve of a wind turbine
from windpowerlib; clouds, temperature and wind are drawn from a seeded generator. The year is 2022, local
time UTC+8, hour h is from h:00 to h+1:00. Cloudiness was chosen for the irradiation of the place (about
1,630 kWh a year on a level square metre), not for any hours of PV.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

HOURS = 8760
SEED = 2022
LATITUDE, LONGITUDE, ELEVATION_M = 40.4, 110.0, 1000.0
ZONE = "Etc/GMT-8"  # UTC+8 all year

TILT_GROUND, TILT_ROOF = 38.0, 25.0
DC_PER_AC = 1.05  # modules per MW of inverter
DC_LOSSES_GROUND, DC_LOSSES_ROOF = 0.14, 0.17  # dust, reflection, mismatch, cables, ageing, outages
INVERTER_EFFICIENCY = 0.98
POWER_PER_KELVIN = -0.0035

# Shares of clear and of broken days by month, the rest is covered; the clear-sky index of each kind of day.
CLEAR_DAYS = (0.56, 0.54, 0.47, 0.43, 0.42, 0.37, 0.31, 0.35, 0.45, 0.54, 0.56, 0.56)
BROKEN_DAYS = (0.30, 0.31, 0.35, 0.38, 0.38, 0.41, 0.45, 0.43, 0.37, 0.31, 0.30, 0.30)
SKY_INDEX = {
    "clear": (0.97, 0.02),
    "broken": (0.74, 0.12),
    "covered": (0.36, 0.12),
}  # mean, deviation of the days
SKY_RUN = 0.45  # chance that tomorrow's sky is today's

MEAN_TEMPERATURE_C = (-11.0, -6.5, 1.5, 10.0, 16.5, 21.5, 23.5, 21.5, 15.5, 8.0, -1.0, -8.5)
MEAN_WIND_M_PER_S = (6.6, 6.8, 7.4, 7.8, 7.5, 6.6, 5.9, 5.7, 6.0, 6.5, 7.0, 6.7)  # at the hub
TURBINE, HUB_HEIGHT_M, WIND_LOSSES = "VS112/2500", 90.0, 0.12

# The new year and the spring festival of 2022: works with day shifts stand still.
HOLIDAYS = (("2022-01-01", "2022-01-03"), ("2022-01-31", "2022-02-06"), ("2022-05-01", "2022-05-04"),
            ("2022-10-01", "2022-10-07"))  # fmt: skip


@dataclass(frozen=True)
class Weather:
    """Hourly weather, each (8760,): middle of the hour, clear-sky index, temperature, wind at the hub."""

    middle: pd.DatetimeIndex
    clear_sky_index: Floats
    temperature_c: Floats
    wind_m_per_s: Floats


def weather(seed: int = SEED) -> Weather:
    """The synthetic weather of the year; the same seed gives the same weather."""
    middle = pd.date_range("2022-01-01 00:30", periods=HOURS, freq="h", tz=ZONE)
    draw = np.random.Generator(np.random.PCG64(seed))
    sky, temperature, wind = (np.random.Generator(np.random.PCG64(s)) for s in draw.integers(0, 2**31, 3))
    return Weather(
        middle, _clear_sky_index(sky, middle), _temperature(temperature, middle), _wind(wind, middle)
    )


def _array(values: Any) -> Floats:
    """An array of floats, also to the type checker."""
    return np.asarray(values, dtype=np.float64)


def _of_month(middle: pd.DatetimeIndex, values: tuple[float, ...]) -> Floats:
    """Monthly means as a smooth curve through the middles of the months, for every hour."""
    day = middle.dayofyear.to_numpy() - 1 + middle.hour.to_numpy() / 24
    at = (np.arange(-1, 13) + 0.5) * 365 / 12
    return _array(np.interp(day, at, (values[-1], *values, values[0])))


def _autocorrelated(draw: np.random.Generator, count: int, memory: float) -> Floats:
    """Standard normal values that remember the last one, (count,)."""
    noise = draw.standard_normal(count)
    values = np.empty(count)
    values[0] = noise[0]
    for k in range(1, count):
        values[k] = memory * values[k - 1] + np.sqrt(1 - memory**2) * noise[k]
    return values


def _clear_sky_index(draw: np.random.Generator, middle: pd.DatetimeIndex) -> Floats:
    """A sky per day that tends to last, and fluctuation within the day: most under a broken sky."""
    months = middle.month.to_numpy()[::24] - 1
    chance, stays, noise = draw.random(365), draw.random(365), draw.standard_normal(365)
    within = _autocorrelated(draw, HOURS, 0.75).reshape(365, 24)
    index = np.empty((365, 24))
    sky = "clear"
    for day, month in enumerate(months):
        if stays[day] > SKY_RUN or day == 0:
            clear, broken = CLEAR_DAYS[month], BROKEN_DAYS[month]
            sky = "clear" if chance[day] < clear else "broken" if chance[day] < clear + broken else "covered"
        mean, deviation = SKY_INDEX[sky]
        level = mean + deviation * noise[day]
        index[day] = level + {"clear": 0.01, "broken": 0.14, "covered": 0.08}[sky] * within[day]
    return np.clip(index.ravel(), 0.08, 1.02)


def _temperature(draw: np.random.Generator, middle: pd.DatetimeIndex) -> Floats:
    """Monthly mean, colder at six than at fifteen o'clock, warm and cold spells of some days."""
    spells = np.repeat(_autocorrelated(draw, 365, 0.7), 24) * 3.5
    daily = 6.5 * np.cos((middle.hour.to_numpy() + 0.5 - 15) / 24 * 2 * np.pi)
    return _array(_of_month(middle, MEAN_TEMPERATURE_C) + daily + spells)


def _wind(draw: np.random.Generator, middle: pd.DatetimeIndex) -> Floats:
    """Rayleigh-like speeds with a memory of hours, more by day and in spring."""
    normal = _autocorrelated(draw, HOURS, 0.94)
    other = _autocorrelated(draw, HOURS, 0.94)
    rayleigh = np.sqrt((normal**2 + other**2) / 2) / (np.sqrt(np.pi) / 2)  # mean 1
    daily = 1 + 0.10 * np.cos((middle.hour.to_numpy() + 0.5 - 16) / 24 * 2 * np.pi)
    return _array(_of_month(middle, MEAN_WIND_M_PER_S) * rayleigh * daily)


def irradiance(air: Weather, tilt: float) -> pd.DataFrame:
    """Horizontal and tilted irradiance in W/m² (columns ghi_clear, ghi, poa), south-facing, by hour."""
    import pvlib

    place = pvlib.location.Location(LATITUDE, LONGITUDE, ZONE, ELEVATION_M)
    sun = place.get_solarposition(air.middle)
    clear = place.get_clearsky(air.middle, model="ineichen", solar_position=sun)
    ghi = clear["ghi"] * air.clear_sky_index
    split = pvlib.irradiance.erbs(ghi, sun["zenith"], air.middle)
    # A clear hour keeps the clear sky's own beam; clouds take it away faster than they take the sum.
    dni = np.minimum(split["dni"], clear["dni"])
    dhi = ghi - dni * np.cos(np.radians(sun["zenith"].clip(upper=90)))
    plane = pvlib.irradiance.get_total_irradiance(
        tilt, 180.0, sun["apparent_zenith"], sun["azimuth"], dni, ghi, dhi.clip(lower=0),
        dni_extra=pvlib.irradiance.get_extra_radiation(air.middle), model="haydavies", albedo=0.22,
    )  # fmt: skip
    return pd.DataFrame({"ghi_clear": clear["ghi"], "ghi": ghi, "poa": plane["poa_global"].fillna(0.0)})


def pv(air: Weather, tilt: float, losses: float) -> Floats:
    """Output of PV per MW of inverter (AC), (8760,): modules on a fixed tilt, losses, inverter limit."""
    import pvlib

    poa = irradiance(air, tilt)["poa"].to_numpy()
    cell = pvlib.temperature.faiman(poa, air.temperature_c, 0.4 * air.wind_m_per_s)
    dc = DC_PER_AC * poa / 1000 * (1 + POWER_PER_KELVIN * (cell - 25)) * (1 - losses)
    return _array(np.clip(INVERTER_EFFICIENCY * dc, 0.0, 1.0))


def wind(air: Weather) -> Floats:
    """Output of wind per MW, (8760,): a power curve from windpowerlib at the density of the hour."""
    from windpowerlib import WindTurbine
    from windpowerlib.power_output import power_curve

    turbine = WindTurbine(turbine_type=TURBINE, hub_height=HUB_HEIGHT_M)
    pressure = 101325 * (1 - 2.25577e-5 * (ELEVATION_M + HUB_HEIGHT_M)) ** 5.25588
    density = pressure / (287.05 * (air.temperature_c + 273.15))
    watts = power_curve(
        pd.Series(air.wind_m_per_s), turbine.power_curve["wind_speed"], turbine.power_curve["value"],
        density=pd.Series(density), density_correction=True,
    )  # fmt: skip
    return _array(np.clip(watts.to_numpy() / turbine.nominal_power * (1 - WIND_LOSSES), 0.0, 1.0))


def _day(*points: tuple[float, float]) -> Floats:
    """Values of the 24 hours between (hour, value) points, cyclic."""
    hours, values = zip(*points, strict=True)
    return _array(np.interp(np.arange(24) + 0.5, hours, values, period=24))


SHAPES = {  # value over the day, any scale
    "household": _day(
        (3, 0.55), (7, 0.95), (9, 0.8), (12, 1.05), (15, 0.8), (19, 1.75), (21, 1.65), (23.5, 0.85)
    ),
    "service": _day((4, 0.45), (8, 0.80), (10, 1.25), (14, 1.30), (18, 1.45), (20.5, 1.40), (23, 0.65)),
    "day_shift": _day((2, 0.70), (7, 0.75), (9, 1.40), (12, 1.15), (14, 1.40), (18, 1.00), (22, 0.75)),
    "two_shift": _day((2, 0.55), (6, 0.65), (8, 1.20), (15, 1.25), (22, 1.20), (23.5, 0.70)),
    "charging": _day((3, 0.80), (6, 0.55), (9, 0.90), (12.5, 1.40), (16, 0.90), (20, 1.45), (23, 1.20)),
    "irrigation": _day((2, 0.70), (6, 0.90), (10, 1.25), (16, 1.20), (20, 0.90)),
}
# From the Yellow River: spring and summer, and the flooding of the fields in October.
IRRIGATION_MONTH = (0.1, 0.1, 0.5, 1.8, 2.0, 2.2, 2.0, 1.4, 0.6, 0.9, 0.5, 0.1)


def loads(air: Weather, heating_share: float) -> dict[str, Floats]:
    """Loads over their yearly mean by profile id, each (8760,) with mean 1.

    heating_share: share of the electric heating of 3.4.5 in the yearly electricity of households.
    """
    hour, month = air.middle.hour.to_numpy(), air.middle.month.to_numpy() - 1
    free = np.isin(air.middle.dayofweek.to_numpy(), (5, 6))
    for first, last in HOLIDAYS:
        free |= (air.middle >= f"{first} 00:00+08:00") & (air.middle < f"{last} 23:59+08:00")
    winter = 1 + 0.12 * np.cos((air.middle.dayofyear.to_numpy() - 15) / 365 * 2 * np.pi)
    in_season = (air.middle < "2022-04-15 00:00+08:00") | (air.middle >= "2022-10-15 00:00+08:00")
    degrees = np.where(in_season, np.maximum(18 - air.temperature_c, 0), 0.0)
    living = SHAPES["household"][hour] * winter * np.where(free, 1.06, 1.0)
    farms = 0.35 + 0.65 * SHAPES["irrigation"][hour] * np.array(IRRIGATION_MONTH)[month]
    shapes = {
        "flat": np.ones(HOURS),
        "two_shift": SHAPES["two_shift"][hour] * np.where(free, 0.90, 1.0),
        "day_shift": SHAPES["day_shift"][hour] * np.where(free, 0.72, 1.0),
        "service": SHAPES["service"][hour] * winter * np.where(free, 1.05, 1.0),
        "household": (1 - heating_share) * living / living.mean() + heating_share * degrees / degrees.mean(),
        "farming": farms,
        "charging": SHAPES["charging"][hour],
    }
    return {name: shape / shape.mean() for name, shape in shapes.items()}


def to_mean_one(values: Floats, decimals: int = 4) -> Floats:
    """Values rounded so that their mean is still exactly 1: the largest remainders go up."""
    unit = 10**decimals
    scaled = values * (unit / values.mean())
    whole = np.floor(scaled)
    missing = round(len(values) * unit - whole.sum())
    up = np.argsort(-(scaled - whole), kind="stable")[:missing]
    whole[up] += 1
    return _array(whole / unit)


def build(heating_share: float) -> pd.DataFrame:
    """All profiles, 8,760 rows, four decimals: outputs per MW, loads over their yearly mean."""
    air = weather()
    outputs = {
        "pv_ground": pv(air, TILT_GROUND, DC_LOSSES_GROUND),
        "pv_roof": pv(air, TILT_ROOF, DC_LOSSES_ROOF),
        "wind": wind(air),
    }
    columns = {name: np.round(values, 4) for name, values in outputs.items()}
    columns |= {name: to_mean_one(values) for name, values in loads(air, heating_share).items()}
    return pd.DataFrame(columns, index=pd.RangeIndex(HOURS, name="hour"))
