"""Word documents, built by hand part by part: what is kept, what is reported, what is refused."""

import io
import zipfile
from xml.sax.saxutils import escape

import pytest

from newsapp.text import docx, docx_parts
from newsapp.text.docx import DocumentRefused, from_docx
from newsapp.text.richtext import clean, plain_text
from newsapp.text.word import tidy

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:m="{OFFICE}/math" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
)
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{identity}"><w:name w:val="{name}"/>{more}</w:style>'
    for identity, name, more in (
        ("Normal", "Normal", ""),
        ("Title", "Title", ""),
        ("u1", "heading 1", ""),
        ("u2", "heading 2", ""),
        ("u3", "heading 3", '<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr>'),
        ("Quote", "Quote", ""),
        ("Ky", "Ký tên", '<w:basedOn w:val="Phai"/>'),
        ("Phai", "Bên phải", '<w:pPr><w:jc w:val="right"/></w:pPr>'),
    )
)
LEVELS = {
    0: [("decimal", "%1."), ("lowerLetter", "%2)"), ("lowerRoman", "%3.")],
    1: [("bullet", "\uf0b7"), ("bullet", "o")],
    2: [("decimal", "Điều %1."), ("decimal", "%1.%2.")],
}
IMAGE = b"image"


def numbering() -> str:
    abstracts = "".join(
        f'<w:abstractNum w:abstractNumId="{abstract}">'
        + "".join(
            f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
            f'<w:lvlText w:val="{text}"/></w:lvl>'
            for depth, (form, text) in enumerate(levels)
        )
        + "</w:abstractNum>"
        for abstract, levels in LEVELS.items()
    )
    numbers = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number - 1}"/></w:num>'
        for number in (1, 2, 3)
    )
    restarted = (
        '<w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="7"/></w:lvlOverride></w:num>'
    )
    return f"{abstracts}{numbers}{restarted}"


def relations(*entries: tuple[str, str, str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="{identity}" Type="{kind}" Target="{target}"{mode}/>'
        for identity, kind, target, mode in entries
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'


def parts_of(body: str) -> dict[str, bytes]:
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/></Types>',
        "_rels/.rels": relations(("r1", f"{R}/officeDocument", "word/document.xml", "")),
        "word/_rels/document.xml.rels": relations(
            ("r2", f"{R}/styles", "styles.xml", ""),
            ("r3", f"{R}/numbering", "numbering.xml", ""),
            ("r4", f"{R}/image", "media/image1.png", ""),
            ("r5", f"{R}/image", "https://elsewhere.example/a.png", ' TargetMode="External"'),
            ("r6", f"{R}/hyperlink", "https://benlua.example/", ' TargetMode="External"'),
            ("r7", f"{R}/footnotes", "footnotes.xml", ""),
        ),
        "word/styles.xml": f'<w:styles xmlns:w="{W}">{STYLES}</w:styles>',
        "word/numbering.xml": f'<w:numbering xmlns:w="{W}">{numbering()}</w:numbering>',
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="2">'
        f"{paragraph('Số liệu tháng 3.')}</w:footnote></w:footnotes>",
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
    }
    return {name: text.encode() for name, text in parts.items()} | {"word/media/image1.png": IMAGE}


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()


def document(*body: str) -> bytes:
    return packed(parts_of("".join(body)))


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(content: str, style: str = "", properties: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    inner = content if content.startswith("<") else run(content)
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{inner}</w:p>"


def listed(text: str, number: int, level: int = 0) -> str:
    told = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return paragraph(text, properties=told)


def picture(attribute: str) -> str:
    return (
        '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="a" descr="Chợ nổi"/><a:graphic>'
        f"<a:graphicData><pic:pic><pic:blipFill><a:blip {attribute}/></pic:blipFill></pic:pic>"
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def html_of(*body: str) -> str:
    html = from_docx(document(*body)).html
    assert tidy(html).html == html == clean(html)
    return html


def test_headings_and_quotes() -> None:
    assert html_of(
        paragraph("Kế hoạch", "Title"),
        paragraph("Việc chung", "u1"),
        paragraph("Chợ", "u2"),
        paragraph("Sạch nhà", "Quote"),
        paragraph("Sạch ngõ", "Quote"),
        paragraph("Bến đò", "u3"),
    ) == (
        "<h2>Kế hoạch</h2><h2>Việc chung</h2><h3>Chợ</h3>"
        "<blockquote><p>Sạch nhà</p><p>Sạch ngõ</p></blockquote><h4>Điều 1. Bến đò</h4>"
    )


def test_lists_keep_their_own_numbers() -> None:
    assert html_of(
        listed("Nộp hồ sơ", 1),
        listed("Đơn", 1, 1),
        listed("Bản vẽ", 1, 1),
        listed("một bản", 1, 2),
        listed("Nhận giấy hẹn", 1),
        listed("Giữ giấy", 1, 1),
        paragraph("Chờ ba ngày."),
        listed("Nhận kết quả", 1),
        listed("Bắt đầu lại", 4),
        listed("Chấm", 2),
        listed("Chấm trong", 2, 1),
    ) == (
        '<ol><li>Nộp hồ sơ<ol type="a"><li>Đơn</li><li>Bản vẽ<ol type="i"><li>một bản</li></ol>'
        '</li></ol></li><li>Nhận giấy hẹn<ol type="a"><li>Giữ giấy</li></ol></li></ol>'
        "<p>Chờ ba ngày.</p>"
        '<ol start="3"><li>Nhận kết quả</li></ol><ol start="7"><li>Bắt đầu lại</li></ol>'
        "<ul><li>Chấm<ul><li>Chấm trong</li></ul></li></ul>"
    )


def test_numbers_that_html_cannot_count_stay_as_words() -> None:
    assert html_of(
        paragraph("- Căn cứ Luật;"),
        listed("Phạm vi", 3),
        listed("Người dân", 3, 1),
        listed("Hiệu lực", 3),
    ) == ("<p>- Căn cứ Luật;</p><p>Điều 1. Phạm vi</p><p>1.1. Người dân</p><p>Điều 2. Hiệu lực</p>")


def test_text_styles_links_and_alignment() -> None:
    assert html_of(
        paragraph(
            run("đậm ", "<w:b/>")
            + run("nghiêng ", "<w:i/>")
            + run("gạch ", '<w:u w:val="single"/>')
            + run("2", '<w:vertAlign w:val="superscript"/>')
            + f'<w:hyperlink r:id="r6">{run("trang")}</w:hyperlink>'
            + "<w:r><w:br/></w:r>"
            + run("dòng sau"),
            properties='<w:jc w:val="center"/>',
        )
    ) == (
        '<p style="text-align: center;"><strong>đậm </strong><em>nghiêng </em><u>gạch </u>'
        '<sup>2</sup><a href="https://benlua.example/" rel="noopener">trang</a><br>dòng sau</p>'
    )


def test_byline_by_style_by_indent_and_by_spaces() -> None:
    for last in (
        paragraph("Phù Sa", "Ky"),
        paragraph("Phù Sa", properties='<w:ind w:left="5040"/>'),
        paragraph("\xa0" * 60 + "Phù Sa"),
        paragraph("<w:r><w:tab/><w:tab/><w:tab/><w:tab/></w:r>" + run("Phù Sa")),
    ):
        tidied = from_docx(document(paragraph("Hết./."), last))
        assert tidied.byline == "Phù Sa"
        assert tidied.html_without_byline == "<p>Hết./.</p>"


def test_merged_table_with_repeated_header() -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"

    assert html_of(
        "<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>"
        + cell("TT", '<w:vMerge w:val="restart"/>')
        + cell("Mức thu", '<w:gridSpan w:val="2"/>')
        + "</w:tr><w:tr><w:trPr><w:tblHeader/></w:trPr>"
        + cell("", "<w:vMerge/>")
        + cell("Tại quầy")
        + cell("Trực tuyến")
        + "</w:tr><w:tr>"
        + cell("1")
        + cell("8.000")
        + cell("4.000")
        + "</w:tr></w:tbl>"
    ) == (
        '<table><thead><tr><th rowspan="2" scope="col">TT</th><th colspan="2" scope="colgroup">'
        'Mức thu</th></tr><tr><th scope="col">Tại quầy</th><th scope="col">Trực tuyến</th></tr>'
        "</thead><tbody><tr><td>1</td><td>8.000</td><td>4.000</td></tr></tbody></table>"
    )


def test_footnote_stays_as_words() -> None:
    body = paragraph(run("14.200 dân") + '<w:r><w:footnoteReference w:id="2"/></w:r>')
    tidied = from_docx(document(body))
    assert plain_text(tidied.html) == "14.200 dân[1]\nSố liệu tháng 3."
    assert "↑" not in tidied.html
    assert tidied.lost == ()


def test_images_are_stored_once() -> None:
    given: list[bytes] = []

    def store(data: bytes) -> str | None:
        given.append(data)
        return "/media/cho.png"

    data = document(paragraph(picture('r:embed="r4"')), paragraph(picture('r:embed="r4"')))
    tidied = from_docx(data, store)
    assert given == [IMAGE]
    assert tidied.stored_images == 1
    assert tidied.html == '<p><img alt="Chợ nổi" src="/media/cho.png"></p>' * 2
    refused = from_docx(data, lambda _: None)
    assert (refused.html, refused.lost) == ("", ("embedded_image",))
    assert from_docx(data).lost == ("embedded_image",)


def test_error_of_the_store_is_not_hidden() -> None:
    def store(data: bytes) -> str | None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        from_docx(document(paragraph(picture('r:embed="r4"'))), store)


def test_remote_image_is_reported_and_not_fetched() -> None:
    tidied = from_docx(document(paragraph(run("a") + picture('r:link="r5"'))))
    assert tidied.remote_images == ("https://elsewhere.example/a.png",)
    assert tidied.lost == ("remote_image",)


def test_what_cannot_be_kept_is_reported() -> None:
    box = (
        "<w:r><w:pict><v:shape><v:textbox><w:txbxContent>"
        + paragraph("Chữ trong khung")
        + "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    tidied = from_docx(
        document(
            paragraph(run("Trước") + box),
            paragraph(run("Diện tích ") + "<m:oMath><m:r><m:t>S=12</m:t></m:r></m:oMath>"),
            paragraph(run("Ý kiến") + '<w:r><w:commentReference w:id="1"/></w:r>'),
            paragraph(
                '<w:ins w:id="1" w:author="a">' + run("thêm") + "</w:ins>"
                '<w:del w:id="2" w:author="a"><w:r><w:delText>bớt</w:delText></w:r></w:del>'
            ),
        )
    )
    assert tidied.lost == ("comment", "equation", "text_box", "tracked_change")
    assert plain_text(tidied.html).split("\n") == [
        "Trước",
        "Chữ trong khung",
        "Diện tích S=12",
        "Ý kiến",
        "thêm",
    ]


# -- refused --------------------------------------------------------------------------------


def reason(data: bytes) -> str:
    with pytest.raises(DocumentRefused) as refused:
        from_docx(data)
    return refused.value.reason


def test_other_files_are_named() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    assert reason(ole + b"WordDocument") == "old_format"
    assert reason(ole + "EncryptedPackage".encode("utf-16-le")) == "protected"
    assert reason(b"") == "not_a_document"
    assert reason(b"%PDF-1.7") == "not_a_document"
    assert reason(b"{\\rtf1}") == "not_a_document"
    assert reason(packed({"xl/workbook.xml": b"<a/>"})) == "not_a_document"


def test_damage_is_named() -> None:
    whole = document(paragraph("một hai ba"))
    assert reason(whole[: len(whole) // 2]) == "damaged"
    broken = bytearray(whole)
    place = whole.find(b"word/document.xml") + 60
    broken[place : place + 20] = b"\0" * 20
    assert reason(bytes(broken)) == "damaged"
    parts = parts_of(paragraph("một"))
    assert reason(packed({**parts, "word/document.xml": b"<w:document"})) == "damaged"
    assert reason(packed({**parts, "word/document.xml": b"<a/>"})) == "damaged"
    assert reason(packed({**parts, "word/styles.xml": b"<w:styles"})) == "damaged"
    del parts["word/_rels/document.xml.rels"]
    assert plain_text(from_docx(packed(parts)).html) == "một"


def test_entities_are_refused() -> None:
    laughs = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>'
    parts = parts_of(paragraph("một"))
    for name in ("word/document.xml", "word/styles.xml", "_rels/.rels"):
        assert reason(packed({**parts, name: laughs.encode() + parts[name]})) == "damaged"
    text = '<?xml version="1.0" encoding="utf-16"?>' + laughs + parts["word/document.xml"].decode()
    assert reason(packed({**parts, "word/document.xml": text.encode("utf-16")})) == "damaged"


def test_deep_nesting_is_refused() -> None:
    body = "<w:sdt><w:sdtContent>" * 5_000 + paragraph("x") + "</w:sdtContent></w:sdt>" * 5_000
    assert reason(document(body)) == "damaged"


def test_bombs_are_refused() -> None:
    parts = parts_of(paragraph("một"))
    assert reason(b"PK" + b"\0" * docx.MAX_BYTES) == "too_large"
    assert reason(packed({**parts, "word/media/a.bmp": b"\0" * 30_000_000})) == "too_large"
    assert reason(packed({**parts, "word/a.xml": b"<a>" * (docx.MAX_XML // 3 + 1)})) == "too_large"
    assert reason(document("<w:p/>" * docx_parts.MAX_ELEMENTS)) == "too_large"
    many = {f"word/media/{number}.png": b"" for number in range(docx.MAX_PARTS + 1)}
    assert reason(packed({**parts, **many})) == "too_large"


def test_declared_size_is_not_trusted() -> None:
    data = document(paragraph("một " * 5_000))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        size = package.getinfo("word/document.xml").file_size
    assert reason(data.replace(size.to_bytes(4, "little"), (90).to_bytes(4, "little"))) == "damaged"
