"""The papers of the demonstration: small PDF files that say what they are, the same ones in every case."""

from hashlib import sha256

from domain.cases.actions.attach_document import AttachDocument
from domain.kernel import Value

PDF = "application/pdf"


class Paper(Value):
    """A paper: its kind, its title, its bytes."""

    kind: str
    title: str
    content: bytes

    def attached(self) -> AttachDocument:
        """Return the command that attaches it."""
        digest = sha256(self.content).hexdigest()
        return AttachDocument(sha256=digest, media_type=PDF, size=len(self.content), kind=self.kind, title=self.title)


def _pdf(text: str) -> bytes:
    """Return a PDF (1.4) with one line of ASCII text on a page of A4."""
    page = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(page)}>>stream\n{page}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj{content}endobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    index = f"xref\n0 {count}\n0000000000 65535 f \n{table}"
    end = f"trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    return (body + index + end).encode()


FORM = Paper("application_form", "申请书(演示)", _pdf("DEMO: application form"))
CONSENT = Paper("authorisation", "核对授权书(演示)", _pdf("DEMO: comparison authorisation"))
INCOME = Paper("income_statement", "家庭收入与财产声明(演示)", _pdf("DEMO: statement of income and property"))
VISIT = Paper("visit_form", "入户调查表(演示)", _pdf("DEMO: home visit form"))
PAPERS = (FORM, CONSENT, INCOME, VISIT)
