package import Workload

/// Why a key can't be had from a key file, or can't be written to one.
package enum KeystoreError: Error, Hashable, Sendable, CustomStringConvertible {
  case notAKeystore(reason: String)
  case unsupported(what: String)
  /// The file asks for more memory or time than any honest one.
  case tooCostly(what: String)
  /// The password gives another message authentication code: it is wrong, or the file was altered.
  case wrongPassword
  case noKey(PrivateKeyError)
  /// The file's address is not its key's.
  case otherAddress(stated: Address, found: Address)
  case file(FileError)
  case exists(path: String)
  /// libcrypto refused to derive the key that opens the file.
  case noDerivation

  package var description: String {
    switch self {
    case .notAKeystore(let reason): "this is no version 3 key file: \(reason)"
    case .unsupported(let what): "the key file uses \(what), which is not supported"
    case .tooCostly(let what): "the key file asks for \(what), which no honest one does; it was not opened"
    case .wrongPassword: "wrong password (or the key file was altered)"
    case .noKey(let error): "the key file holds no key: \(error)"
    case .otherAddress(let stated, let found):
      "the key file says it is of \(stated), and its key is of \(found): the file was altered"
    case .file(let error): error.description
    case .exists(let path):
      "\(path) exists already, and a key file is never written over; choose another name"
    case .noDerivation: "deriving the key with libcrypto: it refused; is memory short?"
    }
  }
}
