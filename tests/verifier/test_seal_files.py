"""The public site gives the built-in authority's root certificate and list of revoked seals."""

from __future__ import annotations

from cryptography import x509

from registry.home import Home
from tests.issuer.seal_homes import seal_body
from wsgi import create_public_app


def test_root_and_list_are_given_as_they_lie_in_the_public_folder(home: Home) -> None:
    seal_body(home)
    app = create_public_app(home)
    client = app.test_client()
    root, crl = client.get("/seal-root.cer"), client.get("/seal.crl")
    app.extensions["yanzhen_verifier"].close()

    assert (root.status_code, root.mimetype) == (200, "application/pkix-cert")
    assert (crl.status_code, crl.mimetype) == (200, "application/pkix-crl")
    issuer = x509.load_der_x509_certificate(root.data)
    assert x509.load_der_x509_crl(crl.data).issuer == issuer.subject
    assert "public" in crl.headers["Cache-Control"]


def test_without_a_built_in_authority_there_is_nothing_to_give(home: Home) -> None:
    app = create_public_app(home)
    client = app.test_client()
    answers = [client.get(path).status_code for path in ("/seal-root.cer", "/seal.crl")]
    app.extensions["yanzhen_verifier"].close()

    assert answers == [404, 404]
