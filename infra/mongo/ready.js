// Health check of the mongo container, run by mongosh: exit 0 once this node is the primary of its own replica set.
// It forms the set on first start (transactions and change streams need one); later runs only look.
const SET = { _id: "rs0", members: [{ _id: 0, host: "mongo:27017" }] };
const admin = db.getSiblingDB("admin");

function hasConfiguration() {
  try {
    admin.runCommand({ replSetGetConfig: 1 });
    return true;
  } catch (error) {
    if (error.codeName === "NotYetInitialized") return false;
    throw error;
  }
}

if (!hasConfiguration()) admin.runCommand({ replSetInitiate: SET });
quit(admin.hello().isWritablePrimary ? 0 : 1);
