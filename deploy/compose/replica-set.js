// The health check of the one-node replica set: initiates it the first time; healthy once it takes writes.
try {
  rs.status()
} catch (error) {
  if (error.codeName !== "NotYetInitialized") throw error
  rs.initiate({ _id: "rs0", members: [{ _id: 0, host: "mongodb:27017" }] })
}
quit(db.hello().isWritablePrimary ? 0 : 1)
