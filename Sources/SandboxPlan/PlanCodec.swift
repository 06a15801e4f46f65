extension SetupPlan {
  /// The first byte of every plan; it changes with the codec.
  private static let version: UInt8 = 1

  package var encoded: [UInt8] {
    var writer = PlanWriter()
    writer.number(Self.version)
    writer.number(supervision.setupMilliseconds)
    writer.number(supervision.wallMilliseconds)
    writer.number(supervision.graceMilliseconds)
    writer.number(supervision.streamBytes)
    for steps in [launcherSteps, initSteps, payloadSteps] {
      writer.list(steps) { $1.write(to: &$0) }
    }
    return writer.bytes
  }

  package init(decoding bytes: [UInt8]) throws(MalformedPlan) {
    var reader = PlanReader(bytes)
    guard try reader.number(UInt8.self) == Self.version else { throw reader.malformed }
    supervision = Supervision(
      setupMilliseconds: try reader.number(), wallMilliseconds: try reader.number(),
      graceMilliseconds: try reader.number(), streamBytes: try reader.number())
    launcherSteps = try reader.list(SetupStep.read)
    initSteps = try reader.list(SetupStep.read)
    payloadSteps = try reader.list(SetupStep.read)
    guard reader.isAtEnd else { throw reader.malformed }
  }
}

extension SetupStep {
  /// The byte that a step begins with. Numbers are never used again for something else.
  private enum Code: UInt8 {
    case openCgroup = 1, cloneTree, openFile, oomScore, cloneInit, joinCgroup, mapIDs
    case unshare = 32, makeMountsPrivate, becomeID, newFilesystem, pivot, makeDirectory, makeFile, makeLink
    case attachTree, copyFile, mask, makeReadOnly, hostname, hideInit, handOver, startPayload
    case newSession = 64, changeDirectory, limitResource, affinity, noNewPrivileges, dropCapabilities, filter
    case execute, closeDescriptors
  }

  private var code: Code {
    switch self {
    case .openCgroup: .openCgroup
    case .cloneTree: .cloneTree
    case .openFile: .openFile
    case .oomScore: .oomScore
    case .cloneInit: .cloneInit
    case .joinCgroup: .joinCgroup
    case .mapIDs: .mapIDs
    case .unshare: .unshare
    case .makeMountsPrivate: .makeMountsPrivate
    case .becomeID: .becomeID
    case .newFilesystem: .newFilesystem
    case .pivot: .pivot
    case .makeDirectory: .makeDirectory
    case .makeFile: .makeFile
    case .makeLink: .makeLink
    case .attachTree: .attachTree
    case .copyFile: .copyFile
    case .mask: .mask
    case .makeReadOnly: .makeReadOnly
    case .hostname: .hostname
    case .hideInit: .hideInit
    case .handOver: .handOver
    case .startPayload: .startPayload
    case .newSession: .newSession
    case .changeDirectory: .changeDirectory
    case .limitResource: .limitResource
    case .affinity: .affinity
    case .noNewPrivileges: .noNewPrivileges
    case .dropCapabilities: .dropCapabilities
    case .filter: .filter
    case .execute: .execute
    case .closeDescriptors: .closeDescriptors
    }
  }

  func write(to writer: inout PlanWriter) {
    writer.number(code.rawValue)
    switch self {
    case .openCgroup(let path), .joinCgroup(let path), .mask(let path), .handOver(let path),
      .changeDirectory(let path), .hostname(let path):
      writer.text(path)
    case .cloneTree(let slot, let path, let isRecursive, let attributes):
      writer.number(slot)
      writer.text(path)
      writer.flag(isRecursive)
      writer.number(attributes)
    case .openFile(let slot, let path), .attachTree(let slot, let path):
      writer.number(slot)
      writer.text(path)
    case .oomScore(let score):
      writer.number(score)
    case .cloneInit(let flags), .unshare(let flags):
      writer.number(flags)
    case .mapIDs(let inside, let user, let group, let deniesSetgroups):
      writer.number(inside)
      writer.number(user)
      writer.number(group)
      writer.flag(deniesSetgroups)
    case .becomeID(let id, let clearsGroups):
      writer.number(id)
      writer.flag(clearsGroups)
    case .newFilesystem(let slot, let type, let options, let attributes):
      writer.number(slot)
      writer.text(type)
      writer.list(options) {
        $0.text($1.key)
        $0.text($1.value)
      }
      writer.number(attributes)
    case .pivot(let slot):
      writer.number(slot)
    case .makeDirectory(let path, let mode):
      writer.text(path)
      writer.number(mode)
    case .makeFile(let path, let mode, let contents):
      writer.text(path)
      writer.number(mode)
      writer.blob(contents)
    case .makeLink(let path, let target):
      writer.text(path)
      writer.text(target)
    case .copyFile(let slot, let path, let mode, let size):
      writer.number(slot)
      writer.text(path)
      writer.number(mode)
      writer.number(size)
    case .makeReadOnly(let path, let isMount):
      writer.text(path)
      writer.flag(isMount)
    case .limitResource(let resource, let value):
      writer.number(resource)
      writer.number(value)
    case .affinity(let bytes), .filter(let bytes):
      writer.blob(bytes)
    case .execute(let path, let arguments, let environment):
      writer.text(path)
      writer.list(arguments) { $0.text($1) }
      writer.list(environment) { $0.text($1) }
    case .makeMountsPrivate, .hideInit, .startPayload, .newSession, .noNewPrivileges, .dropCapabilities,
      .closeDescriptors:
      break
    }
  }

  static func read(from reader: inout PlanReader) throws(MalformedPlan) -> SetupStep {
    guard let code = Code(rawValue: try reader.number()) else { throw reader.malformed }
    switch code {
    case .openCgroup: return .openCgroup(path: try reader.text())
    case .cloneTree:
      return .cloneTree(
        slot: try reader.number(), path: try reader.text(), isRecursive: try reader.flag(),
        attributes: try reader.number())
    case .openFile: return .openFile(slot: try reader.number(), path: try reader.text())
    case .oomScore: return .oomScore(try reader.number())
    case .cloneInit: return .cloneInit(namespaces: try reader.number())
    case .joinCgroup: return .joinCgroup(path: try reader.text())
    case .mapIDs:
      return .mapIDs(
        inside: try reader.number(), user: try reader.number(), group: try reader.number(),
        deniesSetgroups: try reader.flag())
    case .unshare: return .unshare(try reader.number())
    case .makeMountsPrivate: return .makeMountsPrivate
    case .becomeID: return .becomeID(try reader.number(), clearsGroups: try reader.flag())
    case .newFilesystem:
      let slot: UInt32 = try reader.number()
      let type = try reader.text()
      let options = try reader.list { (inner) throws(MalformedPlan) in
        MountOption(try inner.text(), try inner.text())
      }
      return .newFilesystem(slot: slot, type: type, options: options, attributes: try reader.number())
    case .pivot: return .pivot(slot: try reader.number())
    case .makeDirectory: return .makeDirectory(path: try reader.text(), mode: try reader.number())
    case .makeFile:
      return .makeFile(path: try reader.text(), mode: try reader.number(), contents: try reader.blob())
    case .makeLink: return .makeLink(path: try reader.text(), target: try reader.text())
    case .attachTree: return .attachTree(slot: try reader.number(), path: try reader.text())
    case .copyFile:
      return .copyFile(
        slot: try reader.number(), path: try reader.text(), mode: try reader.number(),
        size: try reader.number())
    case .mask: return .mask(path: try reader.text())
    case .makeReadOnly: return .makeReadOnly(path: try reader.text(), isMount: try reader.flag())
    case .hostname: return .hostname(try reader.text())
    case .hideInit: return .hideInit
    case .handOver: return .handOver(path: try reader.text())
    case .startPayload: return .startPayload
    case .newSession: return .newSession
    case .changeDirectory: return .changeDirectory(path: try reader.text())
    case .limitResource: return .limitResource(try reader.number(), try reader.number())
    case .affinity: return .affinity(try reader.blob())
    case .noNewPrivileges: return .noNewPrivileges
    case .dropCapabilities: return .dropCapabilities
    case .closeDescriptors: return .closeDescriptors
    case .filter: return .filter(program: try reader.blob())
    case .execute:
      let path = try reader.text()
      let arguments = try reader.list { (inner) throws(MalformedPlan) in try inner.text() }
      return .execute(
        path: path, arguments: arguments,
        environment: try reader.list { (inner) throws(MalformedPlan) in try inner.text() })
    }
  }
}
