internal import Receipts

/// How a signed call lies in the file: account, nonce, signature, then the payload to the end.
extension SignedCall {
  var stored: [UInt8] {
    var writer = ByteWriter()
    writer.append(from)
    writer.append(nonce)
    writer.append(signature)
    return writer.bytes + payload
  }

  init(stored bytes: [UInt8]) throws(Rejection) {
    let headBytes = 20 + 8 + 65
    var reader = ByteReader(Array(bytes.prefix(headBytes)))
    let (from, nonce, signature) = (
      try reader.address(), try reader.integer(UInt64.self), try reader.signature()
    )
    self.init(from: from, nonce: nonce, payload: Array(bytes.dropFirst(headBytes)), signature: signature)
  }
}
