import { join } from "node:path";

/** What differs between two servers of one home. */
export type ServerConfiguration = {
  port: number;
  socketFolder: string;
  /** Extra or changed settings of postgresql.conf. */
  settings?: Record<string, string | number>;
};

/** The text of postgresql.conf. Durable as in production: a sale that was answered is on disk. */
export function postgresqlConf({ port, socketFolder, settings }: ServerConfiguration): string {
  // A socket path has at most 107 characters; without a socket everything still works over 127.0.0.1.
  const socket = join(socketFolder, `.s.PGSQL.${port}`).length <= 103 ? socketFolder : "";
  const all: Record<string, string | number> = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: socket,
    max_connections: 200,
    password_encryption: "scram-sha-256",
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    shared_buffers: "256MB",
    effective_cache_size: "1GB",
    max_wal_size: "2GB",
    checkpoint_timeout: "10min",
    random_page_cost: "1.1",
    jit: "off",
    wal_level: "replica",
    hot_standby: "on",
    max_wal_senders: 5,
    max_replication_slots: 5,
    wal_keep_size: "256MB",
    shared_preload_libraries: "pg_stat_statements",
    timezone: "UTC",
    log_timezone: "UTC",
    datestyle: "iso, mdy",
    default_text_search_config: "pg_catalog.english",
    log_line_prefix: "%m [%p] %u@%d ",
    log_lock_waits: "on",
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`);
  return `# Written by every start; changes here are lost.\n${lines.join("\n")}\n`;
}

/** The text of pg_hba.conf: a password for everyone, over the socket and 127.0.0.1 only. */
export const pgHbaConf = `# Written by every start; changes here are lost.
local all all scram-sha-256
local replication all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
`;
