"""What a buyer wrote stands in no error of the database: their texts go to the log."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from reposto.storage import tables
from reposto.storage.engine import Store
from tests.support.office import NOW


def test_an_error_does_not_hold_what_was_to_be_stored(store: Store) -> None:
    message = {"session_id": 1, "seq": 1, "sender": "human", "content": "segredo de ana", "criado_em": NOW}
    with pytest.raises(IntegrityError) as error, store.write() as connection:
        connection.execute(insert(tables.chat_messages).values(message))  # there is no such conversation
    assert "chat_messages" in str(error.value)
    assert "segredo" not in str(error.value)
