"""`reposto understand`: what the language layer makes of a file of questions, without a database."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

from reposto.language.understand import Understander
from reposto.model.request import NamedProduct, NamedSupplier, Request, Turn


def understand_file(catalogue: Path, suppliers: Path | None, questions: Path, out: Path) -> int:
    """Reads the questions (JSON lines), writes one prediction line each; returns how many."""
    understander = Understander(read_catalogue(catalogue), read_suppliers(suppliers) if suppliers else ())
    count = 0
    with questions.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8") as target:
        for line in lines:
            if line.strip():
                question = json.loads(line)
                target.write(json.dumps(predict(understander, question), ensure_ascii=False) + "\n")
                count += 1
    return count


def predict(understander: Understander, question: dict[str, Any]) -> dict[str, Any]:
    turns = [
        Turn(t["role"], t["text"], tuple(t.get("skus", ())), tuple(t.get("options", ())))
        for t in question.get("turns", ())
    ]
    today = date.fromisoformat(question["today"])
    return as_line(question["id"], understander.understand(question["text"], turns=turns, today=today))


def as_line(question_id: str, request: Request) -> dict[str, Any]:
    return {
        "id": question_id,
        "intent": request.intent.value,
        "skus": list(request.skus),
        "expect": request.expect.value,
        "options": [option.sku for option in request.options],
        "params": request.params,
        "also": [intent.value for intent in request.also],
        "confidence": round(request.confidence, 3),
    }


def read_catalogue(path: Path) -> list[NamedProduct]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            NamedProduct(
                sku=row["sku"],
                name=row["nome"],
                unit=row.get("unidade") or "UN",
                category=row.get("categoria") or "",
                brand=row.get("marca") or "",
                ean=row.get("ean") or "",
                ncm=row.get("ncm") or "",
                supplier_code=row.get("cod_fornecedor") or "",
            )
            for row in csv.DictReader(file, delimiter=_delimiter(path))
        ]


def read_suppliers(path: Path) -> list[NamedSupplier]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            NamedSupplier(row["nome"], row.get("fantasia") or row["nome"], row.get("cidade") or "", row.get("uf") or "")
            for row in csv.DictReader(file, delimiter=_delimiter(path))
        ]


def _delimiter(path: Path) -> str:
    with path.open(encoding="utf-8-sig") as file:
        header = file.readline()
    return max(";,\t", key=header.count)
