internal import ArgumentParser
internal import Workload

/// `samovar bag`: bags of tasks as people write them.
struct BagCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bag", abstract: "Look at bags of tasks before they cost anything.",
    subcommands: [Check.self])

  /// `samovar bag check`: reads, expands and hashes a bag file as `submit` would, and sends nothing.
  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a bag file and show what it would cost.",
      discussion: """
        Every mistake is printed to standard error as FILE:LINE:COLUMN: what is wrong. The exit status is 0 for a \
        bag that can be submitted, 65 (EX_DATAERR of sysexits.h) for one with mistakes, and 66 (EX_NOINPUT) where \
        the file can't be read.
        """)

    @OptionGroup var bag: BagFileOptions

    @Flag(help: "Print the result as one JSON object, mistakes too.")
    var json = false

    @Flag(help: "Print the canonical manifest, the bytes that the digest is of, and nothing else.")
    var manifest = false

    func run() async throws {
      let resolved = try await bag.resolve { mistakes in
        if json { StandardStream.output.writeLine(Self.json(mistakes)) }
      }
      show(resolved)
    }

    private func show(_ resolved: ResolvedBag) {
      let bag = resolved.bag
      if manifest {
        StandardStream.output.write(bag.manifest)
      } else if json {
        StandardStream.output.writeLine(Self.json(resolved))
      } else {
        StandardStream.output.writeLine(Self.summary(resolved))
      }
    }

    private static func summary(_ resolved: ResolvedBag) -> String {
      let bag = resolved.bag
      let inputs = Set(bag.tasks.flatMap(\.inputs).map { $0.digest })
      let first = bag.tasks.first
      let last = bag.tasks.last
      let names =
        first?.name == last?.name ? first?.name : first.flatMap { a in last.map { "\(a.name) … \($0.name)" } }
      return """
        bag       \(bag.name)
        digest    \(bag.manifestDigest)
        tasks     \(bag.tasks.count): \(names ?? "")
        root      \(first.map { Self.text(of: $0.root) } ?? "")
        command   \(first?.command.joined(separator: " ") ?? "")
        inputs    \(inputs.count) by digest, \(resolved.sources.count) of them here
        replicas  at least \(Bag.replicas(forTrust: bag.trust)), at most \(bag.replicaCap), trust \(bag.trust)
        price     \(euros(bag.price)) for one correct replica
        escrow    \(euros(bag.escrow())) in all, \(euros(bag.escrowPerTask())) a task; what is not spent comes back
        """
    }

    private static func text(of root: RootFilesystem) -> String {
      if case .image(let image) = root { "\(image)" } else { "empty: inputs only" }
    }

    private static func json(_ resolved: ResolvedBag) -> String {
      let bag = resolved.bag
      return text(
        .object([
          "bag": .string(bag.name),
          "digest": .string(bag.manifestDigest.description),
          "escrow_micro_euros": .integer(bag.escrow().value),
          "escrow_per_task_micro_euros": .integer(bag.escrowPerTask().value),
          "root": .string(bag.tasks.first.map { text(of: $0.root) } ?? ""),
          "inputs": .object(
            Dictionary(uniqueKeysWithValues: resolved.sources.map { ($0.key.description, .string($0.value)) })
          ),
          "manifest_bytes": .integer(UInt64(bag.manifest.count)),
          "mistakes": .array([]),
          "price_micro_euros": .integer(bag.price.value),
          "replica_cap": .integer(UInt64(bag.replicaCap)),
          "tasks": .array(bag.tasks.map { .string($0.name) }),
          "trust": .integer(UInt64(bag.trust)),
        ]))
    }

    private static func json(_ mistakes: Mistakes) -> String {
      text(
        .object([
          "mistakes": .array(
            mistakes.all.map { mistake in
              .object([
                "column": .integer(Int64(mistake.column)), "file": .string(mistake.file),
                "line": .integer(Int64(mistake.line)), "message": .string(mistake.message),
              ])
            })
        ]))
    }

    private static func text(_ value: CanonicalJSON) -> String {
      String(decoding: value.bytes, as: UTF8.self)
    }

    /// `0.002 EUR`, exactly.
    private static func euros(_ amount: MicroEuros) -> String {
      let digits = String(amount.value % 1_000_000)
      var fraction = String(repeating: "0", count: 6 - digits.count) + digits
      while fraction.count > 2, fraction.last == "0" { fraction.removeLast() }
      return "\(amount.value / 1_000_000).\(fraction) EUR"
    }
  }
}
