// Makes mongodb a replica set of its own, the first time; ends once it takes writes.
while (true) {
  try {
    if (db.hello().isWritablePrimary) quit(0)
    rs.initiate({ _id: "rs0", members: [{ _id: 0, host: "mongodb:27017" }] })
  } catch (error) {
    if (error.codeName !== "AlreadyInitialized") throw error
  }
  sleep(200)
}
