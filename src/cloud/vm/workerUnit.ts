import { kuvaProgram, layout } from './layout.ts';

/**
 * The systemd unit of the worker. Directives that an older systemd does not know (AlmaLinux 8 has 239) are passed over
 * by it with a warning.
 */
export const workerUnit = `[Unit]
Description=kuva worker: images from bucket to bucket
Wants=network-online.target
After=network-online.target
ConditionPathExists=${layout.configFile}
ConditionPathExists=${layout.current}
# An outage is waited out however long it takes: never "started too often".
StartLimitIntervalSec=0

[Service]
ExecStart=${kuvaProgram.join(' ')} worker --config ${layout.configFile}
User=${layout.serviceUser}
Group=${layout.serviceUser}
Environment=NODE_ENV=production
# What kuva.yaml names as \${NAME}; filled over SSH.
EnvironmentFile=-${layout.environmentFile}
Restart=always
RestartSec=5s

# Told to stop, it finishes what is under way. Only the worker itself is told: its decoders must go on until then.
KillMode=mixed
TimeoutStopSec=15min

# The system keeps a part of the memory. A decoder that asks for too much ends alone, and its image is tried again.
MemoryHigh=75%
MemoryMax=85%
OOMPolicy=continue
TasksMax=256

StandardOutput=journal
StandardError=journal
SyslogIdentifier=kuva

# The worker reads its program and its settings, writes its own folder, and talks to the network. Nothing else.
StateDirectory=kuva
StateDirectoryMode=0700
WorkingDirectory=${layout.state}
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectControlGroups=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectKernelLogs=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
# The cloud's metadata service, which tells user-data to anyone on the machine.
IPAddressDeny=169.254.169.254

[Install]
WantedBy=multi-user.target
`;
