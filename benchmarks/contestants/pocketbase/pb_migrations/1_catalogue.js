/// <reference path="../pb_data/types.d.ts" />
// The catalogue as somebody who knows PocketBase would lay it out: relations as relation fields, an index for each order
// that is asked for, and the counts of a film kept in its row. Triggers keep them, because they run in the transaction
// of the write and cost less than a hook in JavaScript.
migrate((app) => {
  const own = "@request.auth.id != '' && @request.auth.id = user"
  const text = (name, more) => ({ type: "text", name, ...more })
  const number = (name, more) => ({ type: "number", name, ...more })
  const relation = (name, to, more) => ({
    type: "relation", name, collectionId: app.findCollectionByNameOrId(to).id, maxSelect: 1, ...more,
  })
  const moments = [
    { type: "autodate", name: "created", onCreate: true },
    { type: "autodate", name: "updated", onCreate: true, onUpdate: true },
  ]
  const save = (name, fields, more) =>
    app.save(new Collection({ type: "base", name, fields: [...fields, ...moments], ...more }))

  const users = app.findCollectionByNameOrId("users")
  users.fields.add(new Field(text("username")))
  users.viewRule = ""
  users.emailVisibility = false
  app.save(users)

  const open = { listRule: "", viewRule: "" }
  for (const name of ["genres", "directors"])
    save(name, [text("name", { required: true })], { ...open, indexes: [`CREATE UNIQUE INDEX ${name}_name ON ${name} (name)`] })

  save("movies", [
    text("title", { required: true, max: 255 }),
    text("description"),
    text("release_date", { pattern: "^\\d{4}-\\d{2}-\\d{2}$" }),
    number("duration", { onlyInt: true, min: 0, max: 60000 }),
    relation("directors", "directors", { maxSelect: 50 }),
    relation("genres", "genres", { maxSelect: 50 }),
    relation("user", "users"),
    number("average_rating"),
    ...["ratings_sum", "ratings_count", "likes_count", "favorites_count", "comments_count"].map((name) => number(name)),
  ], {
    ...open,
    createRule: own,
    indexes: ["CREATE INDEX movies_best_rated ON movies (average_rating)"],
  })

  const once = (name) => [`CREATE UNIQUE INDEX ${name}_once ON ${name} (movie, user)`]
  const said = [relation("movie", "movies", { required: true, cascadeDelete: true }), relation("user", "users", { required: true })]
  const mine = { listRule: own, viewRule: own, createRule: own, updateRule: own, deleteRule: own }
  save("ratings", [...said, number("half_stars", { required: true, onlyInt: true, min: 1, max: 10 })], {
    ...mine, createRule: `${own} && movie.user != @request.auth.id`, indexes: once("ratings"),
  })
  save("likes", said, { ...mine, indexes: once("likes") })
  save("favorites", said, { ...mine, indexes: once("favorites") })
  save("comments", [...said, text("text", { required: true, max: 5000 })], {
    ...mine, ...open, indexes: ["CREATE INDEX comments_movie ON comments (movie)"],
  })

  const keep = (name, event, row, changes) => app.db().newQuery(
    `CREATE TRIGGER keep_${name}_${event.split(" ")[0].toLowerCase()} AFTER ${event} ON ${name} BEGIN
       UPDATE movies SET ${changes} WHERE id = ${row}.movie; END`
  ).execute()
  const rated = (sum, count) => `ratings_sum = ratings_sum + ${sum}, ratings_count = ratings_count + ${count},
    average_rating = coalesce(round((ratings_sum + ${sum}) / 2.0 / nullif(ratings_count + ${count}, 0), 2), 0)`
  keep("ratings", "INSERT", "NEW", rated("NEW.half_stars", 1))
  keep("ratings", "DELETE", "OLD", rated("(-OLD.half_stars)", -1))
  keep("ratings", "UPDATE OF half_stars", "NEW", rated("(NEW.half_stars - OLD.half_stars)", 0))
  for (const name of ["likes", "favorites", "comments"]) {
    keep(name, "INSERT", "NEW", `${name}_count = ${name}_count + 1`)
    keep(name, "DELETE", "OLD", `${name}_count = ${name}_count - 1`)
  }

  const settings = app.settings()
  settings.meta.appName = "Benchmark"
  settings.logs.maxDays = 0 // no access lines, as everybody else
  settings.batch.enabled = true
  settings.rateLimits.enabled = false
  app.save(settings)
})
