/**
 * MITRE ATT&CK (Enterprise) techniques and the commands that show them. A rule is words and pieces of text,
 * not a pattern: a command is cut into words once and looked up, in time that grows with its length alone.
 */

/** A technique of ATT&CK, and how it shows. */
export interface TechniqueRule {
  readonly id: string;
  readonly name: string;
  readonly tactic: string;
  /** Programs: any of these as a word of the command, or behind `bin/` in it. */
  readonly words?: readonly string[];
  /** Any of these anywhere in the command, in lower case. */
  readonly texts?: readonly string[];
  /** Besides a word or a text, any of these has to be there too. */
  readonly also?: readonly string[];
}

/** Techniques that commands show, by identifier. */
export const TECHNIQUE_RULES: readonly TechniqueRule[] = [
  {
    ...{ id: "T1003.008", name: "/etc/passwd and /etc/shadow", tactic: "credential-access" },
    texts: ["/etc/shadow"],
  },
  {
    ...{ id: "T1016", name: "System Network Configuration Discovery", tactic: "discovery" },
    words: ["ifconfig", "ip", "route", "arp", "ipconfig"],
    texts: ["/etc/resolv.conf", "/etc/hosts"],
  },
  {
    ...{ id: "T1021.004", name: "Remote Services: SSH", tactic: "lateral-movement" },
    words: ["ssh", "sshpass"],
  },
  {
    ...{ id: "T1033", name: "System Owner/User Discovery", tactic: "discovery" },
    words: ["whoami", "id", "w", "who", "last", "users"],
  },
  {
    ...{ id: "T1037.004", name: "Boot Initialization Scripts: RC Scripts", tactic: "persistence" },
    texts: ["/etc/rc.local", "/etc/init.d/", "/etc/rc.d/"],
  },
  {
    ...{ id: "T1046", name: "Network Service Discovery", tactic: "discovery" },
    words: ["nmap", "masscan", "zmap", "zgrab", "pnscan"],
  },
  {
    ...{ id: "T1049", name: "System Network Connections Discovery", tactic: "discovery" },
    words: ["netstat", "ss", "lsof"],
  },
  {
    ...{ id: "T1053.003", name: "Scheduled Task/Job: Cron", tactic: "persistence" },
    words: ["crontab"],
    texts: ["/etc/cron", "/var/spool/cron"],
  },
  {
    ...{ id: "T1057", name: "Process Discovery", tactic: "discovery" },
    words: ["ps", "top", "pgrep", "pidof"],
  },
  {
    ...{ id: "T1059.004", name: "Unix Shell", tactic: "execution" },
    words: ["sh", "bash", "ash", "dash", "zsh", "busybox"],
    texts: ["/dev/tcp/"],
  },
  {
    ...{ id: "T1059.006", name: "Python", tactic: "execution" },
    words: ["python", "python2", "python3"],
  },
  {
    ...{ id: "T1070.002", name: "Clear Linux or Mac System Logs", tactic: "defense-evasion" },
    texts: ["/var/log"],
    also: ["rm", "truncate", "shred", "unlink", "echo"],
  },
  {
    ...{ id: "T1070.003", name: "Clear Command History", tactic: "defense-evasion" },
    texts: ["history -c", "histfile", "histsize", ".bash_history"],
  },
  {
    ...{ id: "T1070.004", name: "File Deletion", tactic: "defense-evasion" },
    words: ["rm", "unlink", "shred"],
  },
  {
    ...{ id: "T1082", name: "System Information Discovery", tactic: "discovery" },
    words: ["uname", "lscpu", "nproc", "hostnamectl", "lsb_release", "free", "df", "uptime"],
    texts: ["/proc/cpuinfo", "/proc/meminfo", "/proc/version", "/etc/os-release", "/etc/issue"],
  },
  {
    ...{ id: "T1083", name: "File and Directory Discovery", tactic: "discovery" },
    words: ["ls", "find", "locate", "tree", "dir"],
  },
  {
    ...{ id: "T1087.001", name: "Local Account Discovery", tactic: "discovery" },
    words: ["getent"],
    texts: ["/etc/passwd", "/etc/group"],
  },
  {
    ...{ id: "T1090", name: "Proxy", tactic: "command-and-control" },
    words: ["3proxy", "socat", "chisel", "frpc", "ngrok"],
  },
  {
    ...{ id: "T1095", name: "Non-Application Layer Protocol", tactic: "command-and-control" },
    words: ["nc", "ncat", "netcat"],
  },
  {
    ...{ id: "T1098", name: "Account Manipulation", tactic: "persistence" },
    words: ["passwd", "chpasswd", "usermod"],
  },
  {
    ...{ id: "T1098.004", name: "SSH Authorized Keys", tactic: "persistence" },
    texts: ["authorized_keys"],
  },
  {
    ...{ id: "T1105", name: "Ingress Tool Transfer", tactic: "command-and-control" },
    words: ["wget", "curl", "tftp", "ftpget", "ftp", "scp", "sftp", "fetch", "rsync"],
  },
  {
    ...{ id: "T1110", name: "Brute Force", tactic: "credential-access" },
    words: ["hydra", "medusa", "john", "hashcat"],
  },
  {
    ...{ id: "T1136.001", name: "Create Local Account", tactic: "persistence" },
    words: ["useradd", "adduser"],
    texts: [">> /etc/passwd", ">>/etc/passwd"],
  },
  {
    ...{ id: "T1140", name: "Deobfuscate/Decode Files or Information", tactic: "defense-evasion" },
    words: ["base64", "xxd", "openssl"],
    also: ["-d", "--decode", "-r", "enc"],
  },
  {
    ...{ id: "T1190", name: "Exploit Public-Facing Application", tactic: "initial-access" },
    texts: ["xp_cmdshell", "into outfile", "from program", "sys_exec", "${jndi:"],
  },
  {
    ...{
      id: "T1222.002",
      name: "Linux and Mac Permissions Modification",
      tactic: "defense-evasion",
    },
    words: ["chmod", "chown", "chattr"],
  },
  {
    ...{ id: "T1485", name: "Data Destruction", tactic: "impact" },
    words: ["mkfs", "flushall", "flushdb"],
    texts: ["if=/dev/zero", "if=/dev/urandom", "drop database", "drop table"],
  },
  {
    ...{ id: "T1489", name: "Service Stop", tactic: "impact" },
    words: ["kill", "killall", "pkill"],
    texts: ["systemctl stop", "systemctl disable"],
  },
  {
    ...{ id: "T1496", name: "Resource Hijacking", tactic: "impact" },
    words: ["xmrig", "minerd", "cpuminer", "xmr-stak", "kdevtmpfsi"],
    texts: ["stratum+tcp", "stratum+ssl", "miner"],
  },
  {
    ...{
      id: "T1497.001",
      name: "Virtualization Evasion: System Checks",
      tactic: "defense-evasion",
    },
    words: ["dmidecode", "lspci", "systemd-detect-virt", "virt-what"],
    texts: ["/sys/class/dmi"],
  },
  {
    ...{ id: "T1529", name: "System Shutdown/Reboot", tactic: "impact" },
    words: ["reboot", "shutdown", "halt", "poweroff"],
  },
  {
    ...{ id: "T1543.002", name: "Systemd Service", tactic: "persistence" },
    texts: ["/etc/systemd/system", "systemctl enable"],
  },
  {
    ...{ id: "T1546.004", name: "Unix Shell Configuration Modification", tactic: "persistence" },
    texts: [".bashrc", ".bash_profile", ".profile", "/etc/profile"],
  },
  {
    ...{ id: "T1547.006", name: "Kernel Modules and Extensions", tactic: "persistence" },
    words: ["insmod", "modprobe"],
  },
  {
    ...{ id: "T1548.003", name: "Sudo and Sudo Caching", tactic: "privilege-escalation" },
    words: ["sudo"],
  },
  {
    ...{ id: "T1552.001", name: "Credentials In Files", tactic: "credential-access" },
    texts: [".env", "wp-config.php", ".aws/credentials", ".git-credentials", ".pgpass"],
  },
  {
    ...{ id: "T1552.004", name: "Private Keys", tactic: "credential-access" },
    texts: ["id_rsa", "id_ed25519", "id_ecdsa"],
  },
  {
    ...{ id: "T1560.001", name: "Archive via Utility", tactic: "collection" },
    words: ["tar", "zip", "7z", "rar"],
  },
  {
    ...{ id: "T1562.001", name: "Disable or Modify Tools", tactic: "defense-evasion" },
    words: ["setenforce"],
    texts: ["selinux=disabled", "ld.so.preload"],
  },
  {
    ...{ id: "T1562.004", name: "Disable or Modify System Firewall", tactic: "defense-evasion" },
    words: ["iptables", "ip6tables", "ufw", "firewall-cmd", "nft"],
  },
];

/** Techniques that show in events other than commands. */
export const GUESSING_TECHNIQUE: TechniqueRule = {
  ...{ id: "T1110.001", name: "Password Guessing", tactic: "credential-access" },
};
export const ACCOUNTS_TECHNIQUE: TechniqueRule = {
  ...{ id: "T1078", name: "Valid Accounts", tactic: "initial-access" },
};
