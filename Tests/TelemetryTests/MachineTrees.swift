import Telemetry

/// Trees written by hand in the forms that the kernel documents: hwmon/sysfs-interface.rst,
/// power/powercap/powercap.rst, w1/slaves/w1_therm.rst, ABI/testing/sysfs-bus-iio. The shape of the Intel machine
/// (two coretemp chips, zones with core children) follows node_exporter's `sys.ttar`; no figure is a measurement.
enum MachineTrees {
  /// Two sockets of two cores with two threads each; one processor is offline.
  static var intelServer: SysfsTree {
    var tree = SysfsTree()
    let cpu = "sys/devices/system/cpu/"
    tree.put(cpu + "online", "0-6")
    tree.put(cpu + "possible", "0-7")
    tree.put(cpu + "smt/active", "1")
    for number in 0..<8 {
      tree.put("\(cpu)cpu\(number)/topology/physical_package_id", "\(number / 2 % 2)")
      tree.put("\(cpu)cpu\(number)/topology/die_id", "0")
      tree.put("\(cpu)cpu\(number)/topology/core_id", "\(number % 2)")
    }
    tree.put(cpu + "cpufreq/policy0/related_cpus", "0 4")
    tree.put(cpu + "cpufreq/policy0/scaling_cur_freq", "2400000")
    tree.put(cpu + "cpufreq/policy0/scaling_max_freq", "3200000")
    tree.put(cpu + "cpufreq/policy0/cpuinfo_max_freq", "3600000")
    tree.put(cpu + "cpufreq/policy0/cpuinfo_min_freq", "1200000")
    tree.put(cpu + "cpufreq/policy0/scaling_governor", "schedutil")
    for socket in 0..<2 {
      let chip = coretemp(socket, hwmon: socket)
      for (path, entry) in chip.entries { tree.entries[path] = entry }
    }
    rapl(&tree, "intel-rapl:0", "package-0", 262_143_000_000)
    rapl(&tree, "intel-rapl:0:0", "core", 100_000_000)
    rapl(&tree, "intel-rapl:0:1", "dram", 50_000_000)
    rapl(&tree, "intel-rapl:1", "package-1", 500_000_000)
    // No driver names a part so, but only the place in the tree says what is a part of what.
    rapl(&tree, "intel-rapl:1:0", "package-1-part", 200_000_000)
    rapl(&tree, "intel-rapl:2", "psys", 900_000_000)
    rapl(&tree, "intel-rapl-mmio:0", "package-0", 262_143_000_000)
    tree.put("sys/class/powercap/intel-rapl/enabled", "1")
    return tree
  }

  static func coretemp(_ socket: Int, hwmon: Int) -> SysfsTree {
    var tree = SysfsTree()
    let place = "sys/devices/platform/coretemp.\(socket)/hwmon/hwmon\(hwmon)"
    tree.link(
      "sys/class/hwmon/hwmon\(hwmon)", to: "../../devices/platform/coretemp.\(socket)/hwmon/hwmon\(hwmon)")
    tree.link(place + "/device", to: "../../../coretemp.\(socket)")
    tree.put(place + "/name", "coretemp")
    tree.put(place + "/temp1_input", "\(50 + socket)000")
    tree.put(place + "/temp1_label", "Package id \(socket)")
    tree.put(place + "/temp1_max", "84000")
    tree.put(place + "/temp1_crit", "100000")
    tree.put(place + "/temp2_input", "49000")
    tree.put(place + "/temp2_label", "Core 0")
    tree.put(place + "/temp4_input", "85000")
    tree.put(place + "/temp4_label", "Core 2")
    return tree
  }

  private static func rapl(_ tree: inout SysfsTree, _ zone: String, _ name: String, _ energy: Int) {
    tree.put("sys/class/powercap/\(zone)/name", name)
    tree.put("sys/class/powercap/\(zone)/energy_uj", "\(energy)", mode: 0o400)
    tree.put("sys/class/powercap/\(zone)/max_energy_range_uj", "262143328850")
  }

  /// k10temp with chiplets, a PMBus supply, an amdgpu card with two connectors, a sleeping NVIDIA compute card without a
  /// display node, and a management controller's display.
  static var amdServer: SysfsTree {
    var tree = SysfsTree()
    tree.put("sys/devices/system/cpu/online", "0")
    let k10temp = "sys/class/hwmon/hwmon0/"
    tree.put(k10temp + "name", "k10temp")
    tree.put(k10temp + "temp1_input", "71250")
    tree.put(k10temp + "temp1_label", "Tctl")
    tree.put(k10temp + "temp3_input", "60000")
    tree.put(k10temp + "temp3_label", "Tccd1")
    tree.put(k10temp + "temp4_input", "64500")
    tree.put(k10temp + "temp4_label", "Tccd2")
    let supply = "sys/class/hwmon/hwmon1/"
    tree.put(supply + "name", "pmbus")
    tree.put(supply + "power1_input", "412000000")
    tree.put(supply + "power1_label", "pin")
    tree.put(supply + "power2_input", "371000000")
    tree.put(supply + "power2_label", "pout1")
    card(&tree, "0000:03:00.0", "0x1002", nodes: ["card0", "renderD128"], driver: "amdgpu")
    let amd = "sys/devices/pci0000:00/0000:03:00.0/"
    tree.put(amd + "gpu_busy_percent", "37")
    tree.put(amd + "mem_info_vram_total", "17163091968")
    tree.put(amd + "mem_info_vram_used", "1048576")
    tree.put(amd + "hwmon/hwmon2/name", "amdgpu")
    tree.put(amd + "hwmon/hwmon2/temp1_input", "52000")
    tree.put(amd + "hwmon/hwmon2/temp1_label", "edge")
    tree.put(amd + "hwmon/hwmon2/power1_average", "87000000")
    tree.put("sys/class/drm/card0-HDMI-A-1/status", "disconnected")
    tree.put("sys/class/drm/card0-DP-1/status", "connected")
    card(&tree, "0000:41:00.0", "0x10de", nodes: ["renderD129"], driver: "nvidia")
    tree.put("sys/devices/pci0000:00/0000:41:00.0/power/runtime_status", "suspended")
    tree.put("sys/devices/pci0000:00/0000:41:00.0/gpu_busy_percent", "99")
    card(&tree, "0000:02:00.0", "0x1a03", nodes: ["card1"], driver: "ast")
    tree.put("sys/class/drm/version", "drm 1.1.0 20060810")
    return tree
  }

  private static func card(
    _ tree: inout SysfsTree, _ address: String, _ vendor: String, nodes: [String], driver: String
  ) {
    tree.put("sys/devices/pci0000:00/\(address)/vendor", vendor)
    tree.put("sys/devices/pci0000:00/\(address)/device", "0x73bf")
    tree.link("sys/devices/pci0000:00/\(address)/driver", to: "../../../bus/pci/drivers/\(driver)")
    tree.entries["sys/bus/pci/drivers/" + driver] = SysfsTree.Entry(.directory, mode: 0o755)
    for node in nodes {
      tree.link("sys/class/drm/\(node)/device", to: "../../../devices/pci0000:00/\(address)")
    }
  }

  /// Five layers on one 1-Wire bus, the coolant on an hwmon chip, a converter, a zone, and the demand of the building.
  static var boiler: SysfsTree {
    var tree = SysfsTree()
    for (index, celsius) in [21.5, 30.0, 41.25, 50.0, 55.062].enumerated() {
      tree.put("sys/bus/w1/devices/28-0000000000b\(index)/temperature", "\(Int(celsius * 1000))")
    }
    tree.put("sys/bus/w1/devices/28-0000000000b0/resolution", "12")
    tree.put("sys/bus/w1/devices/28-0000000000c0/temperature", "54000")
    tree.put("sys/bus/w1/devices/28-0000000000c1/temperature", "12000")
    tree.put("sys/bus/w1/devices/w1_bus_master1/w1_master_slave_count", "7")
    tree.put("sys/class/hwmon/hwmon0/name", "samovar_loop")
    tree.put("sys/class/hwmon/hwmon0/temp1_input", "58000")
    tree.put("sys/class/powercap/intel-rapl:0/name", "package-0")
    tree.put("sys/class/powercap/intel-rapl:0/energy_uj", "1000000")
    tree.put("sys/class/powercap/intel-rapl:0/max_energy_range_uj", "262143328850")
    tree.put("sys/devices/system/cpu/online", "0-1")
    tree.put("heat/demand_w", "1500")
    return tree
  }
}
