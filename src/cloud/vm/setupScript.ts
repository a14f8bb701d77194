import { createHash } from 'node:crypto';
import { kuvaProgram, layout } from './layout.ts';
import { type NodeRelease, nodeRelease } from './nodeRelease.ts';
import { workerUnit } from './workerUnit.ts';

export interface SetupScript {
  readonly text: string;
  /** In lower-case hexadecimal: how a machine tells which one it has carried out. */
  readonly sha256: string;
}

/**
 * Makes a machine fit for a worker: its user, its folders, Node, security updates, the unit. Doing it again is harmless
 * and mends what is missing, so that cloud-init runs it on a new machine and `up` on one that exists. No secret in it.
 */
export function makeSetupScript(node: NodeRelease = nodeRelease): SetupScript {
  const text = `#!/bin/sh
# Made by kuva. Sets this machine up for a worker; doing it again is harmless.
set -eu
umask 022
export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive

say() { echo "kuva-setup: $*"; }

# put FILE: its new content from standard input; true if it was another one before.
put() {
  cat > "$1.new"
  if cmp -s "$1.new" "$1"; then rm "$1.new"; return 1; fi
  mv "$1.new" "$1"
}

add_package() {
  say "installing $*"
  if command -v apt-get >/dev/null; then
    apt-get -q -o DPkg::Lock::Timeout=300 update
    apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
  else
    dnf -q -y install "$@"
  fi
}

download() {
  if command -v curl >/dev/null; then curl -fsSL --connect-timeout 20 -o "$2" "$1"
  elif command -v wget >/dev/null; then wget -q -T 20 -O "$2" "$1"
  else python3 -c 'import sys, urllib.request; urllib.request.urlretrieve(*sys.argv[1:])' "$1" "$2"; fi
}

say "user and folders"
id ${layout.serviceUser} >/dev/null 2>&1 ||
  useradd --system --user-group --home-dir ${layout.state} --no-create-home --shell /usr/sbin/nologin ${layout.serviceUser}
install -d -o root -g root -m 0755 ${layout.home} ${layout.releases}
install -d -o ${layout.serviceUser} -g ${layout.serviceUser} -m 0700 ${layout.state}
install -d -o root -g ${layout.serviceUser} -m 0750 ${layout.config}
install -d -o ${layout.serviceUser} -g ${layout.serviceUser} -m 0700 ${layout.secrets}

case "$(uname -m)" in
  x86_64) processor=x64 sha256=${node.sha256.x64} ;;
  aarch64) processor=arm64 sha256=${node.sha256.arm64} ;;
  *) say "no Node is known for a $(uname -m) processor"; exit 1 ;;
esac
name=node-v${node.version}-linux-$processor
if [ ! -x "${layout.home}/$name/bin/node" ]; then
  say "Node ${node.version}"
  command -v xz >/dev/null || { command -v apt-get >/dev/null && add_package xz-utils || add_package xz; }
  work=$(mktemp -d ${layout.home}/.node.XXXXXX)
  trap 'rm -rf "$work"' EXIT
  tries=0
  until download ${node.url}/$name.tar.xz "$work/node.tar.xz"; do
    tries=$((tries + 1))
    if [ $tries -ge 6 ]; then say "${node.url}/$name.tar.xz could not be fetched"; exit 1; fi
    sleep $((tries * 5))
  done
  if ! echo "$sha256  $work/node.tar.xz" | sha256sum -c --quiet -; then
    say "what came from ${node.url} is not the Node that kuva knows; it was not unpacked"; exit 1
  fi
  tar -xJf "$work/node.tar.xz" --no-same-owner -C "$work"
  rm -rf "${layout.home}/$name"
  mv "$work/$name" "${layout.home}/$name"
fi
"${layout.home}/$name/bin/node" --version
ln -sfn "${layout.home}/$name" ${layout.node}.new
mv -T ${layout.node}.new ${layout.node}

say "security updates"
if command -v apt-get >/dev/null; then
  dpkg-query -W -f '\${Status}' unattended-upgrades 2>/dev/null | grep -q 'install ok installed' || add_package unattended-upgrades
  put /etc/apt/apt.conf.d/52kuva <<'END' || true
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade::Automatic-Reboot "true";
Unattended-Upgrade::Automatic-Reboot-Time "04:00";
END
else
  rpm -q dnf-automatic >/dev/null || add_package dnf-automatic
  sed -i -e 's/^upgrade_type *=.*/upgrade_type = security/' -e 's/^apply_updates *=.*/apply_updates = yes/' \\
    -e 's/^reboot *=.*/reboot = when-needed/' /etc/dnf/automatic.conf
  systemctl enable --now dnf-automatic.timer
fi

say "logs and service"
install -d -m 0755 /etc/systemd/journald.conf.d
if put /etc/systemd/journald.conf.d/kuva.conf <<'END'
[Journal]
Storage=persistent
SystemMaxUse=500M
END
then systemctl try-restart systemd-journald; fi
if put ${layout.unitFile} <<'END'
${workerUnit}END
then systemctl daemon-reload; fi
systemctl enable ${layout.service}

put /usr/local/bin/kuva <<'END' || true
#!/bin/sh
# kuva as the worker's user and with its settings: kuva status, kuva log, kuva doctor
[ "$(id -u)" = 0 ] || exec sudo "$0" "$@"
set -a
[ ! -e ${layout.environmentFile} ] || . ${layout.environmentFile}
KUVA_CONFIG=${layout.configFile} HOME=${layout.state} NODE_ENV=production
set +a
cd ${layout.state}
exec setpriv --reuid ${layout.serviceUser} --regid ${layout.serviceUser} --init-groups --no-new-privs \\
  ${kuvaProgram.join(' ')} "$@"
END
chmod 0755 /usr/local/bin/kuva

sha256sum "$0" | cut -d ' ' -f 1 > ${layout.setupDone}
say "done"
`;
  return { text, sha256: createHash('sha256').update(text).digest('hex') };
}
