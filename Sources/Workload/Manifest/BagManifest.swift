/// The canonical, content-addressed form of a bag: what the requester signs for, and what nodes fetch and check.
///
/// It is canonical JSON of the format below. Two bags are equal exactly when their manifests have equal bytes.
extension Bag {
  /// Stands in every manifest; a reader refuses any other.
  package static let manifestFormat = "samovar.bag/1"

  /// The canonical bytes. Precondition: the bag obeys `BagBounds`, as every bag that was resolved or decoded does.
  package var manifest: [UInt8] {
    CanonicalJSON.object([
      "deadline_ms": .integer(deadlineMilliseconds),
      "determinism": .string(determinism.rawValue),
      "expected_ms": .integer(expectedMilliseconds),
      "format": .string(Self.manifestFormat),
      "name": .string(name),
      "price_micro_euros": .integer(price.value),
      "replica_cap": .integer(UInt64(replicaCap)),
      "tasks": .array(tasks.map(\.canonical)),
      "trust": .integer(UInt64(trust)),
    ]).bytes
  }

  /// The address of the bag: the digest of its manifest.
  package var manifestDigest: ContentDigest { ContentDigest(of: manifest) }
}

extension TaskSpec {
  /// The address of this one specification: the digest of its part of the manifest.
  package var specificationDigest: ContentDigest { ContentDigest(of: canonical.bytes) }

  var canonical: CanonicalJSON {
    .object([
      "command": .array(command.map { .string($0) }),
      "environment": .object(environment.mapValues { .string($0) }),
      "inputs": .array(inputs.map(\.canonical)),
      "limits": limits.canonical,
      "name": .string(name),
      "outputs": .array(outputs.map { .string($0) }),
      "root": root.canonical,
    ])
  }
}

extension RootFilesystem {
  fileprivate var canonical: CanonicalJSON {
    switch self {
    case .empty: .string("empty")
    // Only runs by hand have one; the digest of such a run still says which.
    case .directory(let path): .object(["directory": .string(path)])
    case .image(let image): .object(["image": .string(image.description)])
    }
  }
}

extension InputFile {
  fileprivate var canonical: CanonicalJSON {
    .object([
      "digest": .string(digest.description),
      "executable": .bool(isExecutable),
      "path": .string(path),
      "size": .integer(size.value),
    ])
  }
}

extension Limits {
  fileprivate var canonical: CanonicalJSON {
    var members: [String: CanonicalJSON] = [
      "disk": .integer(disk.value),
      "grace_ms": .integer(graceMilliseconds),
      "memory": .integer(memory.value),
      "milli_cpus": .integer(UInt64(milliCPUs)),
      "processes": .integer(UInt64(processes)),
      "stream_bytes": .integer(streamBytes.value),
      "wall_ms": .integer(wallMilliseconds),
    ]
    if let processorMilliseconds { members["cpu_ms"] = .integer(processorMilliseconds) }
    if let rates = deviceRates {
      // By the names of io.max.
      for (key, value) in [
        ("rbps", rates.readBytes), ("wbps", rates.writeBytes), ("riops", rates.readOperations),
        ("wiops", rates.writeOperations),
      ] { if let value { members[key] = .integer(value) } }
    }
    return .object(members)
  }
}
