"""Every input table of a scenario: columns, units, bounds, Chinese and English headings, in one place.

The reader, the data dictionary, the fill-in template and the messages are all driven by `TABLES`; a column is
described nowhere else. Ids are text. Shares are fractions. Money is 万元 (10,000 yuan). `tce` is 当量
(calorific value), `tce_eq` 等价 (equivalent value).
"""

from dualcontrol.model.columns import BASES, PROVENANCE, Column, Table
from dualcontrol.model.schema_carbon import CARBON_TABLES
from dualcontrol.model.schema_county import COUNTY_TABLES, MEASURES
from dualcontrol.model.schema_measures import MEASURE_TABLES
from dualcontrol.model.schema_network import NETWORK_TABLES
from dualcontrol.model.schema_projects import PROJECT_TABLES
from dualcontrol.model.schema_stock import STOCK_TABLES
from dualcontrol.model.schema_units import UNIT_TABLES
from dualcontrol.model.schema_years import YEAR_TABLES

__all__ = ["BASES", "ELECTRICITY", "MEASURES", "PROVENANCE", "TABLES", "Column", "Table"]

ELECTRICITY = "electricity"
_ALL = (
    *UNIT_TABLES,
    *PROJECT_TABLES,
    *MEASURE_TABLES,
    *STOCK_TABLES,
    *COUNTY_TABLES,
    *YEAR_TABLES,
    *CARBON_TABLES,
    *NETWORK_TABLES,
)
TABLES: dict[str, Table] = {table.name: table for table in _ALL}
