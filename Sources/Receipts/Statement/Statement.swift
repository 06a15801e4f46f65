internal import FoundationEssentials
package import Workload

/// What a node says about a run, as an in-toto Statement v1: the outputs are its subject, the run its
/// predicate.
package struct Statement: Hashable, Sendable, Codable {
  /// The media type of in-toto statements in DSSE envelopes.
  package static let payloadType = "application/vnd.in-toto+json"
  package static let type = "https://in-toto.io/Statement/v1"
  package static let predicateType = "urn:samovar:predicate:run:v1"

  /// Bytes by name and digest: in-toto's ResourceDescriptor, as far as it is used here.
  package struct Subject: Hashable, Sendable, Codable {
    package var name: String
    /// `sha256` and 64 hexadecimal digits.
    package var digest: [String: String]

    package init(name: String, digest: ContentDigest) {
      self.name = name
      self.digest = ["sha256": digest.sha256.hex]
    }
  }

  package var type: String
  /// `stdout`, `stderr`, then `work/` and the path of each kept file.
  package var subject: [Subject]
  package var predicateType: String
  package var predicate: RunPredicate

  private enum CodingKeys: String, CodingKey {
    case type = "_type"
    case subject, predicateType, predicate
  }

  package init(of run: CompletedRun, predicate: RunPredicate) {
    type = Self.type
    subject =
      [
        Subject(name: "stdout", digest: run.standardOutput.digest),
        Subject(name: "stderr", digest: run.standardError.digest),
      ] + run.outputs.map { Subject(name: "work/" + $0.path, digest: $0.digest) }
    predicateType = Self.predicateType
    self.predicate = predicate
  }

  /// Throws where the bytes are not JSON of this form, or of another type or predicate.
  package init(decoding bytes: [UInt8]) throws(StatementError) {
    do {
      self = try JSONDecoder().decode(Statement.self, from: Data(bytes))
    } catch {
      throw .unreadable(reason: JSONFault.describe(error))
    }
    guard type == Self.type, predicateType == Self.predicateType else {
      throw .otherType(type: type, predicateType: predicateType)
    }
  }

  /// The one form that is hashed: JSON, keys sorted, no spaces, whole numbers only.
  package func encoded() throws(StatementError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(self))
    } catch {
      throw .notEncodable(reason: JSONFault.describe(error))
    }
  }

  /// Keccak-256 of the DSSE pre-authentication encoding of a statement's bytes, as they are and not as they
  /// might be written again.
  package static func hash(ofEncoded bytes: [UInt8]) -> Bytes32 {
    Keccak256.hash(PreAuthenticationEncoding.encode(payloadType: payloadType, payload: bytes))
  }
}

package enum StatementError: Error, Hashable, Sendable, CustomStringConvertible {
  case unreadable(reason: String)
  case otherType(type: String, predicateType: String)
  case notEncodable(reason: String)

  package var description: String {
    switch self {
    case .unreadable(let reason): "the statement can't be read: \(reason)"
    case .otherType(let type, let predicateType):
      """
      the statement is a \(type) about \(predicateType), not a \(Statement.type) about \
      \(Statement.predicateType)
      """
    case .notEncodable(let reason): "the statement can't be written as JSON: \(reason)"
    }
  }
}
