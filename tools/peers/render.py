"""Makes one of the documents of `scripts/bench render` with a peer, again and again, and prints its figures.

    render.py weasyprint|typst letter|table|owners FOLDER COUNT FONTS

The folder holds the documents' data, in which {n} stands for the number of the round: no peer may answer from what it
remembers of the round before. The first round warms the engine and isn't counted. Each writes files as it does by
default: typst with tags, weasyprint without.
"""

import json
import resource
import statistics
import sys
import time
from html import escape
from pathlib import Path

WHICH = {
    "table": (["Date", "Libellé", "Débit", "Crédit", "Solde"], [12, 43, 15, 15, 15], "llrrr"),
    "owners": (
        ["Copropriétaire", "Lots concernés", "Fonds de roulement", "Fonds travaux", "Membre CS", "Prés. CS", "Résidant"],
        [29, 27, 12, 11, 7, 7, 7],
        "llrrccc",
    ),
}
ALIGN = {"l": "left", "r": "right", "c": "center"}


def typst_text(text):
    """Writes a string as typst reads it, its lines ended by hand."""
    return "+linebreak()+".join(json.dumps(line, ensure_ascii=False) for line in text.split("\n"))


def typst_source(name, data):
    landscape = "true" if name == "owners" else "false"
    size = 10.5 if name == "letter" else 8.5
    head = f"""#set document(title: {json.dumps(data["title"], ensure_ascii=False)})
#set page(paper: "a4", flipped: {landscape}, margin: 22mm, footer: context align(center, text(size: 7.5pt)[
  {data["agency"]["name"] if name == "letter" else data["agency"]} – Page #counter(page).display("1 / 1", both: true)]))
#set text(font: "Publier Sans", size: {size}pt, lang: "fr", hyphenate: false)
#set table(stroke: 0.5pt + luma(60%), inset: (x: 5pt, y: 3.2pt))
"""
    if name != "letter":
        titles, shares, aligns = WHICH[name]
        columns = ", ".join(f"{share}fr" for share in shares)
        cells = ",\n".join(f"{typst_text(cell)}" for row in data["rows"] for cell in row)
        header = ", ".join(f"[*{title}*]" for title in titles)
        align = ", ".join(ALIGN[one] for one in aligns)
        lines = "\n\n".join(f"#{typst_text(line)}" for line in data["details"])
        return (
            f"{head}#heading({typst_text(data['title'])})\n{lines}\n\n"
            f"#table(columns: ({columns}), align: ({align}), table.header({header}),\n{cells})\n"
        )
    frame = data["agency"]
    lines = [frame["name"], *frame["address"], frame["phone"], frame["email"]]
    cells = ", ".join(f"{typst_text(cell)}" for row in data["rows"][1:] for cell in row)
    header = ", ".join(f"[*{title}*]" for title in data["rows"][0])
    return "\n\n".join([
        head,
        f"#({'+linebreak()+'.join(typst_text(line) for line in lines)})",
        f"#pad(left: 88mm)[#({'+linebreak()+'.join(typst_text(line) for line in data['recipient'])})]",
        f"#pad(left: 88mm)[#{typst_text(data['place_and_date'])}]",
        f"#heading({typst_text(data['subject'])})",
        '#image("logo.png", width: 50mm, alt: "logo")',
        *(f"#{typst_text(text)}" for text in data["paragraphs"]),
        f"#list({', '.join(typst_text(item) for item in data['items'])})",
        f"#table(columns: (auto, auto, auto), table.header({header}), {cells})",
        f"#{typst_text(data['closing'])}",
    ])


def html_source(name, data):
    page = "A4 landscape" if name == "owners" else "A4"
    size = 10.5 if name == "letter" else 8.5
    agency = data["agency"]["name"] if name == "letter" else data["agency"]
    style = f"""@page {{ size: {page}; margin: 22mm; @bottom-center {{ font: 7.5pt "Publier Sans";
 content: "{agency} – Page " counter(page) " / " counter(pages) }} }}
 body {{ font: {size}pt/1.28 "Publier Sans" }} table {{ border-collapse: collapse }} .full {{ width: 100%; table-layout: fixed }}
 td, th {{ border: 0.5pt solid #999; padding: 3.2pt 5pt }} tr {{ break-inside: avoid }} .r {{ text-align: right }} .c {{ text-align: center }}
 .window {{ margin-left: 88mm }}"""
    head = f"<!doctype html><html lang=fr><head><meta charset=utf-8><title>{escape(data['title'])}</title><style>{style}</style></head><body>"

    def lines(texts):
        return "<br>".join(escape(text) for text in texts)

    if name != "letter":
        titles, shares, aligns = WHICH[name]
        columns = "".join(f"<col style='width:{share}%'>" for share in shares)
        header = "".join(f"<th scope=col>{escape(title)}</th>" for title in titles)
        rows = "".join(
            "<tr>"
            + "".join(f"<td class={one}>{lines(cell.split(chr(10)))}</td>" for one, cell in zip(aligns, row))
            + "</tr>"
            for row in data["rows"]
        )
        return (
            f"{head}<h1>{escape(data['title'])}</h1><p>{lines(data['details'])}</p>"
            f"<table class=full>{columns}<thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table></body></html>"
        )
    frame = data["agency"]
    return (
        f"{head}<p>{lines([frame['name'], *frame['address'], frame['phone'], frame['email']])}</p>"
        f"<p class=window>{lines(data['recipient'])}</p><p class=window>{escape(data['place_and_date'])}</p>"
        f"<h1>{escape(data['subject'])}</h1>{data['body_html']}</body></html>"
    )


def weasyprint_engine(folder, fonts):
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    configuration = FontConfiguration()
    faces = [("Regular", "normal", "normal"), ("Bold", "bold", "normal")]
    rules = "".join(
        f"@font-face {{ font-family: 'Publier Sans'; font-weight: {weight}; font-style: {style};"
        f" src: url({(fonts / f'PublierSans-{file}.ttf').as_uri()}) }}"
        for file, weight, style in faces
    )
    sheet = CSS(string=rules, font_config=configuration)

    def fetched(source):
        return source.replace("src=logo", f"src={(folder / 'logo.png').as_uri()} style='width:50mm'")

    def make(source):
        return HTML(string=source).write_pdf(stylesheets=[sheet], font_config=configuration)

    return (lambda name, data: fetched(html_source(name, data))), make


def typst_engine(folder, fonts):
    import typst

    compiler = typst.Compiler(root=str(folder), font_paths=[str(fonts)], ignore_system_fonts=True)
    path = folder / "main.typ"

    def source(name, data):
        path.write_text(typst_source(name, data), encoding="utf-8")
        return str(path)

    return source, lambda path: compiler.compile(input=path, format="pdf")


def main():
    engine, name, folder, count, fonts = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5])
    source, make = {"weasyprint": weasyprint_engine, "typst": typst_engine}[engine](folder, fonts)
    text = (folder / f"{name}.json").read_text(encoding="utf-8")
    times, worked, size, first = [], [], 0, 2 if name == "letter" else 1
    for number in range(count + first):
        given = source(name, json.loads(text.replace("{n}", str(number))))
        before, began = time.process_time(), time.perf_counter()
        pdf = make(given)
        if number >= first:
            times.append(time.perf_counter() - began)
            worked.append(time.process_time() - before)
        size = len(pdf)
    (folder / f"{name}-{engine}.pdf").write_bytes(pdf)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"median_ms={statistics.median(times) * 1000:.3f} work_ms={statistics.mean(worked) * 1000:.3f}"
        f" pdf_bytes={size} peak_kib={peak}"
    )


main()
