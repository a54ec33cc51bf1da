// A session with the Go client from openapi-generator. Argument: the base URL.
package main

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	todo "github.com/GIT_USER_ID/GIT_REPO_ID"
)

const password = "Pizza is not a fruit!"

func main() {
	configuration := todo.NewConfiguration()
	configuration.Servers = todo.ServerConfigurations{{URL: os.Args[1]}}
	client := todo.NewAPIClient(configuration)
	anonymous := context.Background()
	susan := as("susan", password)

	// Register, and sign in.
	newcomer := *todo.NewUserToCreate("susan", password)
	registered, _, err := client.UsersAPI.CreateUser(anonymous).UserToCreate(newcomer).Execute()
	must(err)
	check(registered.User.Username == "susan", "registered")

	// Create, and page.
	book := *todo.NewTaskToCreate("Read a book")
	book.SetLabels([]string{"home"})
	book.SetDue("2026-11-30")
	created, _, err := client.TasksAPI.CreateTask(susan).TaskToCreate(book).Execute()
	must(err)
	task := created.Task
	page := *todo.NewTaskToCreate("Read a page")
	_, _, err = client.TasksAPI.CreateTask(susan).TaskToCreate(page).Execute()
	must(err)
	first, _, err := client.TasksAPI.GetTasks(susan).Limit(1).Execute()
	must(err)
	rest, _, err := client.TasksAPI.GetTasks(susan).Limit(1).Cursor(first.GetNextCursor()).Execute()
	must(err)
	check(first.Tasks[0].Id == task.Id && !rest.HasNextCursor(), "two pages")

	// Filter by labels and time.
	since := task.UpdatedAt.In(time.FixedZone("Kathmandu", 20700))
	filtered, _, err := client.TasksAPI.GetTasks(susan).Label([]string{"home"}).UpdatedSince(since).Execute()
	must(err)
	check(len(filtered.Tasks) == 1 && filtered.Tasks[0].Title == "Read a book", "filtered")

	// Read, and send back whole.
	read, answer, err := client.TasksAPI.GetTask(susan, task.Id).Execute()
	must(err)
	seen := answer.Header.Get("ETag")
	back := changesOf(read.Task)
	back.SetDone(true)
	updated, _, err := client.TasksAPI.UpdateTask(susan, task.Id).TaskChanges(back).Execute()
	must(err)
	check(updated.Task.Done && updated.Task.Title == "Read a book", "sent back")

	// Overwrite only what was seen.
	_, answer, err = client.TasksAPI.UpdateTask(susan, task.Id).IfMatch(seen).TaskChanges(back).Execute()
	refused(answer, err, 412, todo.PRECONDITION_FAILED)

	// Clear a member.
	clear := *todo.NewTaskPatch()
	clear.SetDueNil()
	patched, _, err := client.TasksAPI.PatchTask(susan, task.Id).TaskPatch(clear).Execute()
	must(err)
	check(!patched.Task.Due.IsSet() || patched.Task.Due.Get() == nil, "cleared")

	// Send again, safely.
	once := client.TasksAPI.CreateTask(susan).IdempotencyKey("bread-1").TaskToCreate(*todo.NewTaskToCreate("Buy bread"))
	bread, _, err := once.Execute()
	must(err)
	again, _, err := once.Execute()
	must(err)
	check(bread.Task.Id == again.Task.Id, "done once")

	// Many at once.
	done := *todo.NewTaskUpdate(bread.Task.Id)
	done.SetDone(true)
	batch := *todo.NewBatch([]todo.BatchOperation{
		{Create: todo.NewTaskToCreate("Read on")},
		{Update: &done},
		{Delete: todo.NewTaskDeletion(bread.Task.Id)},
	})
	results, _, err := client.BatchAPI.RunBatch(susan).Batch(batch).Execute()
	must(err)
	check(results.Results[0].Task.Title == "Read on" && results.Results[2].GetResult(), "batch")

	// Follow with a copy.
	changes, _, err := client.ChangesAPI.GetChanges(susan).Execute()
	must(err)
	check(len(changes.Changes) == 3 && changes.Changes[2].Task.Title == "Read on", "changes")

	// Export in each form, and import.
	for _, format := range todo.AllowedExportFormatEnumValues {
		exported, _, err := client.TransferAPI.ExportTasks(susan).Format(format).Execute()
		must(err)
		text, err := io.ReadAll(exported)
		must(err)
		check(len(text) > 100, string(format))
	}
	file, err := os.CreateTemp("", "tasks-*.json")
	must(err)
	_, err = file.WriteString(`{"tasks": [{"title": "Rest"}]}`)
	must(err)
	_, err = file.Seek(0, io.SeekStart)
	must(err)
	imported, _, err := client.TransferAPI.ImportTasks(susan).Body(file).Execute()
	must(err)
	check(imported.Imported == 1, "imported")

	shareAList(client, susan)

	// Be refused.
	_, answer, err = client.TasksAPI.CreateTask(susan).TaskToCreate(*todo.NewTaskToCreate("")).Execute()
	fault := refused(answer, err, 400, todo.INVALID_BODY)
	check(fault.Errors[0].GetPointer() == "/title", "pointer")
	_, answer, err = client.TasksAPI.GetTasks(as("susan", "It is!")).Execute()
	refused(answer, err, 401, todo.UNAUTHORIZED)
	_, answer, err = client.TasksAPI.GetTask(susan, 1_000_000).Execute()
	refused(answer, err, 404, todo.NOT_FOUND)
}

// Invite somebody to a list, and do a task in it that comes again.
func shareAList(client *todo.APIClient, susan context.Context) {
	newcomer := *todo.NewUserToCreate("tom", password+"!")
	_, _, err := client.UsersAPI.CreateUser(context.Background()).UserToCreate(newcomer).Execute()
	must(err)
	tom := as("tom", password+"!")

	garden := *todo.NewListToCreate("Garden")
	garden.SetTimeZone("Europe/Berlin")
	list, _, err := client.ListsAPI.CreateList(susan).ListToCreate(garden).Execute()
	must(err)
	listId := list.List.Id
	asked := *todo.NewInvitationToCreate(todo.INVITED_VIEWER)
	asked.SetExpiresInDays(1)
	created, _, err := client.SharingAPI.CreateInvitation(susan, listId).InvitationToCreate(asked).Execute()
	must(err)
	code := *todo.NewInvitationToRedeem(created.Invitation.Code)
	joined, _, err := client.SharingAPI.RedeemInvitation(tom).InvitationToRedeem(code).Execute()
	must(err)
	check(joined.List.Id == listId && joined.List.Role == todo.VIEWER && !joined.List.IsOwn, "joined")
	members, _, err := client.SharingAPI.GetMembers(tom, listId).Execute()
	must(err)
	roles := map[string]todo.ListRole{}
	for _, member := range members.Members {
		roles[member.Username] = member.Role
	}
	check(len(roles) == 2 && roles["susan"] == todo.OWNER && roles["tom"] == todo.VIEWER, "roles")

	weekly := *todo.NewTaskRepeat("FREQ=WEEKLY;BYDAY=FR", todo.FROM_DUE)
	water := *todo.NewTaskToCreate("Water the plants")
	water.SetListId(listId)
	water.SetDue("2030-11-29")
	water.SetAssignedTo("tom")
	water.SetRepeat(weekly)
	watering, _, err := client.TasksAPI.CreateTask(susan).TaskToCreate(water).Execute()
	must(err)
	check(watering.Task.GetRepeat() == weekly, "repeats")
	id := watering.Task.Id
	finish := *todo.NewTaskChanges()
	finish.SetDone(true)
	done, _, err := client.TasksAPI.UpdateTask(susan, id).TaskChanges(finish).Execute()
	must(err)
	next, _, err := client.TasksAPI.GetTask(tom, done.Task.GetNextId()).Execute()
	must(err)
	check(next.Task.GetDue() == "2030-12-06" && next.Task.GetPreviousId() == id, "successor")
	both, _, err := client.TasksAPI.GetTasks(tom).ListId([]int32{listId}).AssignedTo("tom").Execute()
	must(err)
	check(len(both.Tasks) == 2 && both.Tasks[0].Done && !both.Tasks[1].Done, "both")

	finish.SetDone(false)
	_, answer, err := client.TasksAPI.UpdateTask(tom, id).TaskChanges(finish).Execute()
	refused(answer, err, 403, todo.ROLE_TOO_LOW)
	ended, _, err := client.ListsAPI.DeleteList(susan, listId).Execute()
	must(err)
	check(ended.Result, "deleted")
	_, answer, err = client.TasksAPI.GetTask(tom, id).Execute()
	refused(answer, err, 404, todo.NOT_FOUND)
}

func as(username string, password string) context.Context {
	auth := todo.BasicAuth{UserName: username, Password: password}
	return context.WithValue(context.Background(), todo.ContextBasicAuth, auth)
}

func changesOf(task todo.Task) todo.TaskChanges {
	changes := *todo.NewTaskChanges()
	changes.SetId(task.Id)
	changes.SetUri(task.Uri)
	changes.SetTitle(task.Title)
	changes.SetDescription(task.Description)
	changes.SetDone(task.Done)
	changes.Due = task.Due
	changes.SetPriority(task.Priority)
	changes.SetLabels(task.Labels)
	changes.SetCreatedAt(task.CreatedAt.Format(time.RFC3339Nano))
	changes.SetUpdatedAt(task.UpdatedAt.Format(time.RFC3339Nano))
	return changes
}

func refused(answer *http.Response, err error, status int, code todo.ErrorCode) todo.ErrorBody {
	var refusal *todo.GenericOpenAPIError
	check(errors.As(err, &refusal), "refused")
	body, isTyped := refusal.Model().(todo.ErrorBody)
	check(isTyped && answer.StatusCode == status && body.Code == code, string(code))
	return body
}

func must(err error) {
	var refusal *todo.GenericOpenAPIError
	if errors.As(err, &refusal) {
		log.Fatal(string(refusal.Body()))
	}
	if err != nil {
		log.Fatal(err)
	}
}

func check(holds bool, what string) {
	if !holds {
		log.Fatal(what)
	}
}
