#!/usr/bin/env python3
"""Checks Samovar's signatures, key files and receipts with eth-account, and makes some for Samovar to check.

Reads one JSON document on standard input and writes one on standard output. It shares no code with what it checks:
hashes, ABI encoding, curve and key files are those of eth-account and what that builds on.

in:  {"signed":    [{"typedData", "signature", "digest", "signer"}, ...],
      "keyFiles":  [{"json", "password", "privateKey"}, ...],
      "receipts":  [SignedReceipt, ...],
      "proofs":    [what `samovar receipt prove` writes for one replica, ...],
      "toSign":    [{"typedData", "privateKey"}, ...],
      "toLock":    [{"privateKey", "password", "kdf", "iterations"}, ...]}
out: {"failures": [text, ...], "checked": count,
      "signatures": [{"digest", "signature", "address"}, ...], "keyFiles": [json, ...]}
"""

import base64
import json
import sys

from eth_abi import encode
from eth_account import Account
from eth_account.messages import _hash_eip191_message, encode_typed_data
from eth_utils import keccak

LEAF = ["string", "string", "int64", "uint64", "bytes32"]


def leaf_hash(leaf):
    values = [leaf["kind"], leaf["name"], leaf["number"], leaf["size"], bytes.fromhex(leaf["digest"][2:])]
    return keccak(keccak(encode(LEAF, values)))


def merkle_root(leaves):
    """OpenZeppelin's StandardMerkleTree: leaves sorted, laid out backwards, pairs hashed in order."""
    leaves = sorted(leaves)
    tree = [b""] * (2 * len(leaves) - 1)
    for rank, leaf in enumerate(leaves):
        tree[len(tree) - 1 - rank] = leaf
    for position in range(len(leaves) - 2, -1, -1):
        tree[position] = keccak(b"".join(sorted(tree[2 * position + 1 : 2 * position + 3])))
    return tree[0]


def input_root(inputs):
    if not inputs:
        return bytes(32)
    return merkle_root(
        [
            keccak(
                keccak(
                    encode(
                        ["string", "bool", "uint64", "bytes32"],
                        [i["path"], i["isExecutable"], i["size"], bytes.fromhex(i["digest"][len("sha256:") :])],
                    )
                )
            )
            for i in inputs
        ]
    )


def proof_root(leaf, proof):
    """OpenZeppelin's MerkleProof.processProof: commutative hashing, from the leaf up."""
    for sibling in proof:
        leaf = keccak(b"".join(sorted([leaf, bytes.fromhex(sibling[2:])])))
    return leaf


def proven_leaf(encoding, value):
    """OpenZeppelin's standardLeafHash of a value whose encoding stands beside it."""
    values = [
        bytes.fromhex(v[2:]) if kind == "bytes32" else int(v) if kind.startswith("uint") else v
        for kind, v in zip(encoding, value, strict=True)
    ]
    return keccak(keccak(encode(encoding, values)))


def statement_hash(statement):
    kind = b"application/vnd.in-toto+json"
    return keccak(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(statement), statement))


def main():
    given = json.load(sys.stdin)
    failures = []
    checked = 0

    def expect(name, found, wanted):
        nonlocal checked
        checked += 1
        if found != wanted:
            failures.append(f"{name}: eth-account says {found}, Samovar {wanted}")

    for index, item in enumerate(given["signed"]):
        name = f"{item['typedData']['primaryType']} {index}"
        message = encode_typed_data(full_message=item["typedData"])
        expect(name + " digest", "0x" + _hash_eip191_message(message).hex(), item["digest"])
        expect(name + " signer", Account.recover_message(message, signature=item["signature"]), item["signer"])
    for index, item in enumerate(given["keyFiles"]):
        expect(f"key file {index}", "0x" + Account.decrypt(item["json"], item["password"]).hex(), item["privateKey"])
    for index, item in enumerate(given["receipts"]):
        statement = base64.b64decode(item["statement"], validate=True)
        predicate = json.loads(statement)["predicate"]
        receipt = item["receipt"]
        expect(f"receipt {index} statementHash", "0x" + statement_hash(statement).hex(), receipt["statementHash"])
        root = merkle_root([leaf_hash(leaf) for leaf in predicate["result"]])
        expect(f"receipt {index} resultRoot", "0x" + root.hex(), receipt["resultRoot"])
        expect(f"receipt {index} inputRoot", "0x" + input_root(predicate["inputs"]).hex(), receipt["inputRoot"])
    for index, item in enumerate(given["proofs"]):
        message = encode_typed_data(full_message=item["typedData"])
        node = item["typedData"]["message"]["node"]
        expect(f"proof {index} receiptHash", "0x" + _hash_eip191_message(message).hex(), item["receiptHash"])
        expect(f"proof {index} signer", Account.recover_message(message, signature=item["signature"]), node)
        leaf = proven_leaf(item["leafEncoding"], item["value"])
        expect(f"proof {index} leaf", "0x" + leaf.hex(), item["leaf"])
        expect(f"proof {index} receiptsRoot", "0x" + proof_root(leaf, item["proof"]).hex(), item["anchor"]["receiptsRoot"])
        expect(f"proof {index} value", item["value"][1:3], [item["receiptHash"], node])

    signatures = []
    for item in given["toSign"]:
        signed = Account.sign_typed_data(item["privateKey"], full_message=item["typedData"])
        signatures.append(
            {
                "digest": "0x" + bytes(signed.message_hash).hex(),
                "signature": "0x" + bytes(signed.signature).hex(),
                "address": Account.from_key(item["privateKey"]).address,
            }
        )
    key_files = [
        Account.encrypt(item["privateKey"], item["password"], kdf=item["kdf"], iterations=item["iterations"])
        for item in given["toLock"]
    ]
    json.dump(
        {"failures": failures, "checked": checked, "signatures": signatures, "keyFiles": key_files}, sys.stdout
    )


main()
