#!/usr/bin/env bash
# A Ceph cluster on this machine, for the tests of the S3 adapter: a monitor, three disks that keep
# three replicas, two S3 gateways. No systemd, no root's directories, loopback only.
#   scripts/ceph.sh start    brings it up; the first port is CEPH_PORT (17480), then the next one
#   scripts/ceph.sh stop     stops the cluster, and removes its state
# The state is in CEPH_DIR. The process ids are in CEPH_DIR/run/*.pid, for tests that kill one.
set -euo pipefail
D=${CEPH_DIR:-${TMPDIR:-/tmp}/flagstone-ceph}
PORT=${CEPH_PORT:-17480}
MON_PORT=$((PORT - 100))
OSDS=3
GATEWAYS=2

fail() { echo "$*" >&2; exit 1; }

missing=
for tool in ceph ceph-mon ceph-osd monmaptool radosgw radosgw-admin curl; do
  command -v "$tool" >/dev/null || missing="$missing $tool"
done
[ -z "$missing" ] || fail "Ceph is not installed (missing:$missing): apt-get install" \
  "--no-install-recommends radosgw ceph-mon ceph-osd curl"

# The state is removed as well, so the order in which processes end does not matter.
stop() {
  local file pid
  for file in "$D"/run/*.pid; do
    [ -e "$file" ] || continue
    pid=$(cat "$file")
    kill -9 "$pid" 2>/dev/null || continue
    for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  done
  rm -rf "$D"
}

configure() {
  mkdir -p "$D"/{mon,run,log,rgw}
  cat >"$D/ceph.conf" <<CONF
[global]
fsid = $FSID
mon_host = [v2:127.0.0.1:$MON_PORT,v1:127.0.0.1:$((MON_PORT + 1))]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
run_dir = $D/run
log_file = $D/log/\$name.log
pid_file =
admin_socket = $D/run/\$name.asok
crash_dir = $D/log
osd_pool_default_size = $OSDS
osd_pool_default_min_size = 2
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
# All replicas are on one host.
osd_crush_chooseleaf_type = 0
mon_max_pg_per_osd = 1000
[mon]
paxos_propose_interval = 0.05
paxos_min_wait = 0.01
mon_osd_cache_size = 50
mon_data = $D/mon
mon_initial_members = a
[osd]
osd_data = $D/osd.\$id
osd_objectstore = bluestore
bluestore_block_size = 4294967296
bluestore_block_create = true
osd_memory_target = 939524096
osd_class_load_list = *
osd_class_default_list = *
[client]
keyring = /dev/null
rgw_data = $D/rgw
rgw_enable_usage_log = false
rgw_num_rados_handles = 1
# A gateway speaks to the monitor in secure mode by default, which cannot be without keys.
ms_mon_client_mode = crc
CONF
}

# Starts a process in a separate session: name, command.
spawn() {
  local name=$1
  shift
  setsid nohup "$@" >"$D/log/$name.out" 2>&1 </dev/null &
  echo $! >"$D/run/$name.pid"
}

# Repeats a command until it succeeds: tenths of a second, command.
await() {
  local tries=$1
  shift
  for _ in $(seq "$tries"); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  fail "This did not happen: $* (see $D/log)"
}

osds_are_up() { ceph osd stat | grep -q "$OSDS up"; }

start() {
  [ ! -e "$D" ] || stop
  FSID=$(cat /proc/sys/kernel/random/uuid)
  configure
  export CEPH_CONF=$D/ceph.conf CEPH_ARGS="-c $D/ceph.conf"
  monmaptool --create --fsid "$FSID" --addv a \
    "[v2:127.0.0.1:$MON_PORT,v1:127.0.0.1:$((MON_PORT + 1))]" "$D/monmap" >/dev/null
  ceph-mon --mkfs -i a --monmap "$D/monmap"
  spawn mon ceph-mon -f -i a
  await 200 timeout 5 ceph --connect-timeout 2 mon stat

  local id uuid pid pids=()
  for id in $(seq 0 $((OSDS - 1))); do
    uuid=$(cat /proc/sys/kernel/random/uuid)
    ceph osd new "$uuid" >/dev/null
    mkdir -p "$D/osd.$id"
    ceph-osd -i "$id" --mkfs --osd-uuid "$uuid" >"$D/log/mkfs$id.out" 2>&1 &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || fail "A disk could not be made (see $D/log)"; done
  for id in $(seq 0 $((OSDS - 1))); do spawn "osd$id" ceph-osd -f -i "$id"; done
  await 300 osds_are_up

  for id in $(seq 0 $((GATEWAYS - 1))); do
    spawn "gateway$id" radosgw -f -n "client.rgw$id" \
      --rgw-frontends "beast endpoint=127.0.0.1:$((PORT + id)) tcp_nodelay=1"
    await 900 curl -s -o /dev/null "http://127.0.0.1:$((PORT + id))/"
  done
  radosgw-admin user create --uid=test --display-name=test --access-key=testkey \
    --secret-key=testsecret >/dev/null 2>"$D/log/user.out"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  *) fail "Usage: $0 start|stop" ;;
esac
