#!/bin/sh
# A Ceph cluster of one monitor and one object store in memory, with its S3 gateway on 127.0.0.1.
#
#     sh ceph-server.sh FOLDER MONITOR_PORT PORT KEY SECRET
#
# Runs until the gateway ends. Without authentication inside, which listens on 127.0.0.1 alone.
set -eu
FOLDER=$1 MONITOR=$2 PORT=$3 KEY=$4 SECRET=$5
FSID=5be3cf5e-0000-4000-8000-000000000001
OSD=5be3cf5e-0000-4000-8000-000000000002
CONF=$FOLDER/ceph.conf
mkdir -p "$FOLDER/mon" "$FOLDER/osd" "$FOLDER/rgw" "$FOLDER/run"
cat > "$CONF" <<END
[global]
fsid = $FSID
mon_host = v2:127.0.0.1:$MONITOR/0
public_network = 127.0.0.0/8
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
run_dir = $FOLDER/run
admin_socket = $FOLDER/run/\$name.asok
log_file = $FOLDER/\$name.log
mon_data = $FOLDER/mon
osd_data = $FOLDER/osd
rgw_data = $FOLDER/rgw
osd_objectstore = memstore
memstore_device_bytes = 2147483648
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 10000
mon_data_avail_crit = 0
mon_cluster_log_to_file = false
rgw_frontends = beast endpoint=127.0.0.1:$PORT
rgw_thread_pool_size = 64
rgw_run_sync_thread = false
END
monmaptool --create --fsid "$FSID" --addv a "[v2:127.0.0.1:$MONITOR]" "$FOLDER/monmap"
ceph-mon -c "$CONF" --mkfs -i a --monmap "$FOLDER/monmap"
ceph-mon -c "$CONF" -i a -f &
timeout 30 ceph -c "$CONF" osd new "$OSD"
ceph-osd -c "$CONF" -i 0 --mkfs --osd-uuid "$OSD"
ceph-osd -c "$CONF" -i 0 -f &
timeout 60 radosgw-admin -c "$CONF" user create --uid=tester --display-name=tester \
  --access-key="$KEY" --secret-key="$SECRET"
exec radosgw -c "$CONF" -n client.admin -f
