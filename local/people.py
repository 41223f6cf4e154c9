"""The people of the demo. `local.accounts` makes their accounts."""

from dataclasses import dataclass

# Opens accounts of the stand-in on this machine and nothing else, so it may be known.
DEMO_PASSWORD = "Khaya-demo-2026!"  # noqa: S105  # nosec B105


@dataclass(frozen=True)
class Person:
    """Somebody in the demo. Phone numbers are invented ones of the South African mobile range."""

    name: str
    phone: str
    roles: tuple[str, ...]

    @property
    def email(self) -> str:
        """An address that no mail ever reaches."""
        return f"{self.name.split()[0].lower()}@example.org"


THANDI = Person("Thandi Mkhize", "+27820000001", ("buyer",))
SIPHO = Person("Sipho Dlamini", "+27820000002", ("buyer",))
BONGANI = Person("Bongani Zulu", "+27820000003", ("worker",))
NOMVULA = Person("Nomvula Khumalo", "+27820000004", ("worker",))
THEMBA = Person("Themba Ndlovu", "+27820000005", ("worker",))
LINDIWE = Person("Lindiwe Cele", "+27820000006", ("seller",))
RAJESH = Person("Rajesh Naidoo", "+27820000007", ("seller",))
AYANDA = Person("Ayanda Ngcobo", "+27820000008", ("admin",))

PEOPLE = (THANDI, SIPHO, BONGANI, NOMVULA, THEMBA, LINDIWE, RAJESH, AYANDA)
