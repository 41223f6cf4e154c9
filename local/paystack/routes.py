"""The routes of Paystack's API that Khaya uses, with their checks and errors."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.paystack import answers
from local.paystack.books import CURRENCY, Books, CannotDo, Collection, Recipient

Answer = tuple[int, dict[str, Any]]

PREFIX = re.compile(r"/(transaction|bank|transferrecipient|transfer|refund|balance|settlement|dispute)(/|$)")
TRANSACTION_REFERENCE = re.compile(r"[A-Za-z0-9.=_-]{1,100}")
TRANSFER_REFERENCE = re.compile(r"[a-z0-9_-]{16,50}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
ACCOUNT = re.compile(r"\d{6,13}")
LEAST_AMOUNT = 100
CURRENCIES = {"ZAR", "NGN", "GHS", "KES", "USD"}
CHANNELS = {"card", "bank", "ussd", "qr", "eft", "mobile_money", "bank_transfer"}


class Wrong(Exception):
    """An answer with an error."""

    def __init__(self, status: int, message: str, code: str = "invalid_params") -> None:
        super().__init__(message)
        self.answer = refusal(status, message, code)


def refusal(status: int, message: str, code: str) -> Answer:
    """An error as Paystack writes it."""
    meta = {"nextStep": "Ensure that you are passing the right value(s)"}
    kind = "api_error" if status >= 500 else "validation_error"
    return status, {"status": False, "message": message, "meta": meta, "type": kind, "code": code}


def success(message: str, data: Any, status: int = 200, **more: Any) -> Answer:
    """A success as Paystack writes it."""
    return status, {"status": True, "message": message, "data": data, **more}


@dataclass(frozen=True)
class Request:
    """A request to the API.

    Attributes:
        base: the address at which the stand-in was asked, for links.
    """

    path: str
    query: Mapping[str, str]
    body: dict[str, Any]
    base: str
    names: tuple[str, ...] = field(default=())

    def text(self, name: str, *, required: bool = True) -> str:
        """A text in the body."""
        value = self.body.get(name)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or not value.strip():
            raise Wrong(400, f"{name} is required", "missing_params")
        return value

    def amount(self, name: str = "amount") -> int:
        """An amount in the body, which may be a number or a text."""
        value = self.body.get(name)
        if isinstance(value, bool) or not re.fullmatch(r"\d{1,12}", str(value)):
            raise Wrong(400, "Invalid Amount Sent", "invalid_params")
        return int(str(value))

    def id(self) -> int:
        """The id in the path."""
        return int(self.names[0])


class Routes:
    """The API over the books."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self._table: list[tuple[str, re.Pattern[str], Callable[[Request], Answer]]] = [
            (method, re.compile(pattern), handler)
            for method, pattern, handler in (
                ("POST", "/transaction/initialize", self._initialize),
                ("GET", "/transaction/verify/([^/]+)", self._verify),
                ("GET", "/transaction", self._transactions),
                ("GET", "/bank", self._banks),
                ("POST", "/bank/validate", self._validate),
                ("POST", "/transferrecipient", self._recipient),
                ("POST", "/transfer", self._transfer),
                ("GET", "/transfer/verify/([^/]+)", self._verify_transfer),
                ("GET", "/transfer", self._transfers),
                ("POST", "/refund", self._refund),
                ("GET", r"/refund/(\d+)", self._one_refund),
                ("GET", "/refund", self._refunds),
                ("POST", r"/refund/retry_with_customer_details/(\d+)", self._retry_refund),
                ("GET", "/balance", self._balance),
                ("GET", "/settlement", self._settlements),
                ("GET", r"/settlement/(\d+)/transactions", self._settled),
                ("GET", r"/dispute/(\d+)", self._dispute),
                ("GET", "/dispute", self._disputes),
                ("POST", r"/dispute/(\d+)/evidence", self._evidence),
                ("GET", r"/dispute/(\d+)/upload_url", self._upload_url),
                ("PUT", r"/dispute/(\d+)/resolve", self._resolve),
            )
        ]

    def endpoint(self, method: str, path: str) -> str | None:
        """The route of a request, whose calls are counted together; None if there is none."""
        found = [pattern.pattern for known, pattern, _ in self._table if known == method and pattern.fullmatch(path)]
        return f"{method} {found[0]}" if found else None

    def answer(self, method: str, request: Request) -> Answer:
        """Do what is asked, or refuse it."""
        for known, pattern, handler in self._table:
            found = pattern.fullmatch(request.path)
            if known == method and found:
                try:
                    return handler(Request(request.path, request.query, request.body, request.base, found.groups()))
                except Wrong as wrong:
                    return wrong.answer
                except CannotDo as error:
                    code = "insufficient_balance" if "not enough" in str(error) else "invalid_params"
                    return refusal(400, str(error), code)
        return refusal(404, "Route not found", "route_not_found")

    def _initialize(self, request: Request) -> Answer:
        email, amount = request.text("email"), request.amount()
        currency = request.text("currency", required=False) or CURRENCY
        reference = request.text("reference", required=False) or f"t{self.books.next_id()}"
        channels = request.body.get("channels", [])
        if not EMAIL.fullmatch(email):
            raise Wrong(400, "Invalid Email Address Passed", "invalid_email_address")
        if currency not in CURRENCIES:
            raise Wrong(400, "Currency not supported by merchant", "unsupported_currency")
        if amount < LEAST_AMOUNT:
            raise Wrong(400, "Invalid Amount Sent", "invalid_amount")
        if not TRANSACTION_REFERENCE.fullmatch(reference):
            raise Wrong(400, "Invalid transaction reference", "invalid_params")
        if not isinstance(channels, list) or not CHANNELS.issuperset(channels):
            raise Wrong(400, "Invalid channels", "invalid_params")
        if reference in self.books.collections:
            raise Wrong(400, "Duplicate Transaction Reference", "duplicate_reference")
        callback = request.text("callback_url", required=False)
        made = self.books.open_checkout(reference, amount, currency, email, callback)
        link = f"{request.base}/checkout/{made.access_code}"
        data = {"authorization_url": link, "access_code": made.access_code, "reference": reference}
        return success("Authorization URL created", data)

    def _verify(self, request: Request) -> Answer:
        return success("Verification successful", answers.transaction(self._collection(request.names[0])))

    def _transactions(self, request: Request) -> Answer:
        found = _since(request, self.books.collections.values())
        status, settlement = request.query.get("status"), request.query.get("settlement")
        kept = [
            one
            for one in found
            if (not status or one.status == status) and (not settlement or str(one.settlement) == settlement)
        ]
        volume = sum(one.amount for one in kept)
        listed = [answers.listed_transaction(one) for one in kept]
        return _page(request, "Transactions retrieved", listed, size="per_page", total_volume=volume)

    def _banks(self, request: Request) -> Answer:
        banks = answers.banks() if request.query.get("currency", CURRENCY) == CURRENCY else []
        if request.query.get("enabled_for_verification") == "true":
            banks = [one for one in banks if one["code"] != answers.UNVERIFIABLE[3]]
        return success("Banks retrieved", banks)

    def _validate(self, request: Request) -> Answer:
        for name in ("account_name", "account_type", "bank_code", "country_code", "document_type"):
            request.text(name)
        number = self._account(request.body)
        if request.text("document_type") == "identityNumber":
            request.text("document_number")
        somebody_else, closed = number.endswith("1"), number.endswith("2")
        verified = not somebody_else and not closed
        data = {
            "verified": verified,
            "verificationMessage": "Account is verified successfully" if verified else "Account could not be verified",
            "accountAcceptsDebits": not closed,
            "accountAcceptsCredits": not closed,
            "accountOpenForMoreThanThreeMonths": not closed,
            "accountHolderMatch": not somebody_else,
            "accountOpen": not closed,
        }
        return success("Personal Account Verification attempted", data)

    def _recipient(self, request: Request) -> Answer:
        if request.text("type") != "basa":
            raise Wrong(400, "Invalid recipient type", "invalid_params")
        name, number = request.text("name"), self._account(request.body)
        bank = request.text("bank_code")
        known = self.books.recipients.values()
        same = next((one for one in known if (one.account_number, one.bank_code) == (number, bank)), None)
        if same is None:
            made = self.books.next_id()
            same = Recipient(made, f"RCP_{made:x}", name, number, bank, self.books.time())
            self.books.recipients[same.code] = same
        return success("Transfer recipient created successfully", answers.recipient(same), 201)

    def _transfer(self, request: Request) -> Answer:
        amount, reference = request.amount(), request.text("reference")
        if request.text("source") != "balance" or request.body.get("currency", CURRENCY) != CURRENCY:
            raise Wrong(400, "Invalid source or currency", "invalid_params")
        if not TRANSFER_REFERENCE.fullmatch(reference):
            raise Wrong(400, "Invalid transfer reference", "invalid_params")
        recipient = self.books.recipients.get(request.text("recipient"))
        if recipient is None:
            raise Wrong(400, "Recipient specified is invalid", "recipient_not_found")
        sent = self.books.transfers.get(reference)
        if sent is None:
            if amount < LEAST_AMOUNT:
                raise Wrong(400, "Invalid Amount Sent", "invalid_amount")
            sent = self.books.send(reference, amount, recipient.code, request.text("reason", required=False))
        elif (sent.amount, sent.recipient) != (amount, recipient.code):
            raise Wrong(400, "Please provide a unique reference", "duplicate_reference")
        return success("Transfer has been queued", answers.transfer(sent, recipient, whole=False))

    def _verify_transfer(self, request: Request) -> Answer:
        sent = self.books.transfers.get(request.names[0])
        if sent is None:
            raise Wrong(404, "Transfer not found", "transfer_not_found")
        return success("Transfer retrieved", answers.transfer(sent, self.books.recipients[sent.recipient]))

    def _transfers(self, request: Request) -> Answer:
        found = _since(request, self.books.transfers.values())
        listed = [answers.transfer(one, self.books.recipients[one.recipient]) for one in found]
        return _page(request, "Transfers retrieved", listed, size="per_page")

    def _refund(self, request: Request) -> Answer:
        paid = self._collection(request.text("transaction"))
        if paid.paid_at is None:
            raise Wrong(400, "Transaction has not been paid", "invalid_params")
        amount = request.amount() if "amount" in request.body else self.books.left_of(paid)
        if request.body.get("currency", paid.currency) != paid.currency or amount < 1:
            raise Wrong(400, "Invalid amount or currency", "invalid_params")
        note = request.text("merchant_note", required=False) or f"Refund for transaction {paid.reference}"
        made = self.books.give_back(paid, amount, note)
        return success("Refund has been queued for processing", answers.new_refund(made, paid))

    def _one_refund(self, request: Request) -> Answer:
        found = self.books.refunds.get(request.id())
        if found is None:
            raise Wrong(404, "Refund not found", "refund_not_found")
        return success("Refund retrieved", answers.refund(found, self.books.collections[found.reference]))

    def _refunds(self, request: Request) -> Answer:
        found = _since(request, self.books.refunds.values())
        listed = [answers.refund(one, self.books.collections[one.reference]) for one in found]
        return _page(
            request, "Refunds retrieved", listed, failedRefundCount=0, perPage=request.query.get("perPage", "50")
        )

    def _retry_refund(self, request: Request) -> Answer:
        found = self.books.refunds.get(request.id())
        if found is None:
            raise Wrong(404, "Refund not found", "refund_not_found")
        details = request.body.get("refund_account_details")
        if not isinstance(details, dict) or details.get("currency") != CURRENCY:
            raise Wrong(400, "refund_account_details is required", "missing_params")
        self._account(details)
        if details.get("bank_id") not in {str(one["id"]) for one in answers.banks()}:
            raise Wrong(400, "Unknown bank", "invalid_params")
        self.books.retry_refund(found)
        paid = self.books.collections[found.reference]
        return success("Refund retried and has been queued", answers.retried_refund(found, paid))

    def _balance(self, _: Request) -> Answer:
        return success("Balances retrieved", [{"currency": CURRENCY, "balance": self.books.balance}])

    def _settlements(self, request: Request) -> Answer:
        found = sorted(self.books.settlements.values(), key=lambda one: (one.created_at, one.id), reverse=True)
        return _page(request, "Settlements retrieved", [answers.settlement(one) for one in found])

    def _settled(self, request: Request) -> Answer:
        found = self.books.settlements.get(request.id())
        if found is None:
            raise Wrong(404, "Settlement not found", "settlement_not_found")
        listed = [answers.listed_transaction(self.books.collections[name]) for name in found.collections]
        return _page(request, "Transactions retrieved", listed)

    def _dispute(self, request: Request) -> Answer:
        found = self._chargeback(request)
        return success("Dispute retrieved", answers.dispute(found, self.books.collections[found.reference]))

    def _disputes(self, request: Request) -> Answer:
        found = _since(request, self.books.chargebacks.values())
        kept = [one for one in found if request.query.get("status", one.status) == one.status]
        listed = [answers.listed_dispute(one, self.books.collections[one.reference]) for one in kept]
        return _page(request, "Disputes retrieved", listed)

    def _evidence(self, request: Request) -> Answer:
        found = self._chargeback(request)
        names = ("customer_email", "customer_name", "customer_phone", "service_details")
        given = {name: request.text(name) for name in names}
        more = {name: request.text(name, required=False) for name in ("delivery_address", "delivery_date")}
        found.evidence = self.books.next_id()
        now = self.books.time()
        data = {**given, **more, "dispute": found.id, "id": found.evidence, "createdAt": now, "updatedAt": now}
        return success("Evidence created", data)

    def _upload_url(self, request: Request) -> Answer:
        name = request.query.get("upload_filename", "")
        if not re.fullmatch(r"[\w.-]{3,100}", name):
            raise Wrong(400, "upload_filename is required", "missing_params")
        given = f"{self._chargeback(request).id}-{name}"
        data = {"signedUrl": f"{request.base}/uploaded/{given}", "fileName": given}
        return success("Upload url generated", data)

    def _resolve(self, request: Request) -> Answer:
        found = self._chargeback(request)
        resolution = request.text("resolution")
        request.amount("refund_amount")
        said = {name: request.text(name) for name in ("message", "uploaded_filename")}
        if resolution not in ("merchant-accepted", "declined"):
            raise Wrong(400, "Invalid resolution", "invalid_params")
        self.books.answer_chargeback(found, resolution)
        paid = self.books.collections[found.reference]
        return success("Dispute successfully resolved", answers.resolved_dispute(found, paid, said))

    def _collection(self, name: str) -> Collection:
        """A collection by its reference or id."""
        known = self.books.collections
        found = known.get(name) or next((one for one in known.values() if str(one.id) == name), None)
        if found is None:
            raise Wrong(404, "Transaction reference not found", "transaction_not_found")
        return found

    def _chargeback(self, request: Request) -> Any:
        found = self.books.chargebacks.get(request.id())
        if found is None:
            raise Wrong(404, "Dispute not found", "dispute_not_found")
        return found

    def _account(self, details: Mapping[str, Any]) -> str:
        """An account number, at a bank that there is where one is named."""
        number = details.get("account_number")
        if not isinstance(number, str) or not ACCOUNT.fullmatch(number):
            raise Wrong(400, "Account number is invalid", "invalid_params")
        if details.get("bank_code", answers.BANKS[0][3]) not in {one["code"] for one in answers.banks()}:
            raise Wrong(400, "Unknown bank code", "invalid_bank_code")
        return number


def _since(request: Request, things: Any) -> list[Any]:
    """What was made between two times, newest first."""
    first, last = request.query.get("from", ""), request.query.get("to", "9999")
    kept = [one for one in things if first <= one.created_at <= last]
    return sorted(kept, key=lambda one: (one.created_at, one.id), reverse=True)


def _page(request: Request, message: str, listed: list[Any], *, size: str = "perPage", **more: Any) -> Answer:
    """One page of a list."""
    try:
        per_page, page = int(request.query.get(size, "50")), int(request.query.get("page", "1"))
    except ValueError:
        raise Wrong(400, "Invalid page", "invalid_params") from None
    if not 1 <= per_page <= 100 or page < 1:
        raise Wrong(400, "Invalid page", "invalid_params")
    skipped = (page - 1) * per_page
    pages = -(-len(listed) // per_page)
    meta = {"total": len(listed), "skipped": skipped, "perPage": per_page, "page": page, "pageCount": pages, **more}
    return success(message, listed[skipped : skipped + per_page], meta=meta)
